//! Matching rules against a diagnosis.

use super::rule::{Match, Rule, family, number};
use crate::{
    faults::{Fault, Faults},
    missing::Lack,
    services::Service,
};
use timeline::{Event, Mark, Role, StartType, Timeline};

/// What rules look at.
pub(crate) struct Facts<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) faults: &'a Faults,
    /// Position of the fault that the answer is about.
    pub(crate) first: Option<usize>,
    pub(crate) failing: Option<&'a Event>,
    pub(crate) services: &'a [Service],
    /// Events on watched names.
    pub(crate) marked: &'a [(Mark, Event)],
    /// What is missing, if no operation is named.
    pub(crate) lacks: &'a [(Lack, String)],
}

/// A rule that holds.
pub(crate) struct Hit<'r> {
    pub(crate) rule: &'r Rule,
    /// Position of the fault that it holds for, if it looks at faults.
    pub(crate) fault: Option<usize>,
    /// How many conditions it makes: the more, the more it says.
    conditions: usize,
}

/// The rules that hold: those for the first fault first, then the more specific.
pub(crate) fn hits<'r>(rules: &'r [Rule], facts: &Facts<'_>) -> Vec<Hit<'r>> {
    let mut hits: Vec<Hit<'r>> = rules.iter().filter_map(|rule| hit(rule, facts)).collect();
    let first = facts.first;
    hits.sort_by_key(|h| {
        let other_fault = h.fault.is_some() && h.fault != first;
        (other_fault, std::cmp::Reverse(h.conditions), h.rule.id.clone())
    });
    hits
}

pub(super) fn hit<'r>(rule: &'r Rule, facts: &Facts<'_>) -> Option<Hit<'r>> {
    let m = &rule.matches;
    if !m.text.is_empty() && !text_holds(m, facts) {
        return None;
    }
    if m.is_about_operation() && !operation_holds(m, facts) {
        return None;
    }
    let disabled = |name: &String| {
        let named = |s: &&Service| s.name.eq_ignore_ascii_case(name);
        let start = facts.services.iter().find(named).and_then(|s| s.start_type.as_ref());
        start.is_some_and(|(start, _)| *start == StartType::Disabled)
    };
    if !m.disabled.is_empty() && !m.disabled.iter().any(disabled) {
        return None;
    }
    let inside = |name: &String| {
        let process =
            |e: &Event| facts.timeline.process_of(e).is_some_and(|p| p.name.eq_ignore_ascii_case(name));
        facts.marked.iter().any(|(mark, e)| *mark == Mark::ForeignImage && process(e))
    };
    if !m.inside.is_empty() && !m.inside.iter().any(inside) {
        return None;
    }
    // Start types are read by the thousand, and have a part of their own.
    let watched = || facts.marked.iter().filter(|(mark, _)| *mark != Mark::ServiceStart);
    let seen = |part: &String| watched().any(|(_, e)| contains(&e.path, part));
    if !m.seen.is_empty() && !m.seen.iter().any(seen) {
        return None;
    }
    let missing = |(lack, name): &(Lack, String)| {
        (m.missing.is_empty() || m.missing.iter().any(|kind| Lack::named(kind) == Some(*lack)))
            && (m.service.is_empty() || m.service.iter().any(|service| service.eq_ignore_ascii_case(name)))
    };
    let about_missing = !(m.missing.is_empty() && m.service.is_empty());
    if about_missing && !facts.lacks.iter().any(missing) {
        return None;
    }
    let about_faults = !(m.fault.is_empty() && m.item.is_empty() && m.phase.is_empty() && m.code.is_empty());
    let mut fault = None;
    if about_faults {
        let first = facts.first;
        let holds = |at: &usize| {
            // What only tells of the first failure again is looked at where it is all there is.
            let fault = facts.faults.all.get(*at).filter(|f| first == Some(*at) || f.kind.names_a_cause());
            fault.is_some_and(|f| fault_holds(m, f, facts.faults.reported))
        };
        let order = first.into_iter().chain(0..facts.faults.all.len());
        fault = Some(order.into_iter().find(holds)?);
    }
    Some(Hit { rule, fault, conditions: m.conditions() })
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn text_holds(m: &Match, facts: &Facts<'_>) -> bool {
    let mut texts = facts.faults.settled.open(facts.timeline).map(|l| l.text.as_str());
    texts.any(|text| m.text.iter().any(|part| contains(text, part)))
}

fn operation_holds(m: &Match, facts: &Facts<'_>) -> bool {
    let Some(event) = facts.failing else { return false };
    let by = facts.timeline.process_of(event);
    let process = by.map_or("", |p| p.name.as_str());
    if m.started && by.is_none_or(|p| p.role != Role::ServicingChild) {
        return false;
    }
    let paths = || std::iter::once(&event.path).chain(&event.target);
    (m.process.is_empty() || m.process.iter().any(|name| name.eq_ignore_ascii_case(process)))
        && (m.path.is_empty() || m.path.iter().any(|part| paths().any(|path| contains(path, part))))
        && (m.status.is_empty()
            || m.status.iter().filter_map(|s| number(s)).any(|status| status == event.status))
}

fn fault_holds(m: &Match, fault: &Fault, reported: Option<u32>) -> bool {
    let codes = || [fault.code, reported].into_iter().flatten();
    let win32 = || codes().filter_map(|c| status_codes::HResult(c).win32()).map(|w| w.0).chain(fault.win32());
    let code_holds = |wanted: &String| match (number(wanted), family(wanted)) {
        (Some(code), _) if code >> 31 == 1 => codes().any(|c| c == code),
        (Some(code), _) => win32().any(|w| w == code),
        (None, Some(family)) => codes().any(|c| c >> 16 == family),
        (None, None) => false,
    };
    (m.fault.is_empty() || m.fault.iter().any(|kind| kind == fault.kind.name()))
        && (m.phase.is_empty() || m.phase.iter().any(|phase| phase == fault.phase.name()))
        && (m.item.is_empty()
            || m.item.iter().any(|part| contains(&fault.item, part) || contains(&fault.text, part)))
        && (m.code.is_empty() || m.code.iter().any(code_holds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;
    use status_codes::status;
    use timeline::{Case, Event, Kind, Process, ProcessId, Role};

    /// The ids of the built-in rules that hold for one failing operation.
    fn held(process: &str, path: &str, target: Option<&str>, status: u32) -> Vec<String> {
        let case = Case::default();
        let mut timeline = Timeline::new(&case);
        timeline.processes.push(Process {
            pid: 700,
            parent_pid: 4,
            parent: None,
            name: process.to_owned(),
            image_path: String::new(),
            command_line: String::new(),
            user: String::new(),
            company: String::new(),
            start: None,
            end: None,
            exit_status: None,
            role: Role::of_name(process),
            events: 1,
            failures: 1,
        });
        let event = Event {
            process: Some(ProcessId(0)),
            kind: Kind::FileCreate,
            name: "CreateFile",
            path: path.to_owned(),
            target: target.map(str::to_owned),
            status,
            ..Event::blank()
        };
        let faults = Faults::default();
        let facts = Facts {
            timeline: &timeline,
            faults: &faults,
            first: None,
            failing: Some(&event),
            services: &[],
            marked: &[],
            lacks: &[],
        };
        hits(Rules::built_in().all(), &facts).iter().map(|hit| hit.rule.id.clone()).collect()
    }

    #[test]
    fn each_operation_meets_its_rule_and_no_other() {
        let package = r"C:\Windows\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf";
        let service = r"HKLM\System\CurrentControlSet\Services\flpydisk";
        let queue = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\DriverOperations\1\Identity";
        let system = r"C:\Windows\System32\drivers\example.sys";
        let component = r"HKLM\COMPONENTS\DerivedData\Components\amd64_example_31bf3856ad364e35_none";
        let task = r"C:\Windows\System32\Tasks\Microsoft\Windows\PI\SecureBootEncodeUEFI";
        let channel = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Channels\Microsoft-Windows-Store/Operational";
        let policy = r"C:\Windows\System32\CodeIntegrity\CiPolicies\Active\{1}.cip";
        let gone = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\EndOfLife\S-1-5-18";
        let rows: &[(&str, &str, u32, &[&str])] = &[
            ("TiWorker.exe", package, status::OBJECT_PATH_NOT_FOUND, &["BR-0301"]),
            ("drvinst.exe", package, status::OBJECT_NAME_NOT_FOUND, &["BR-0301"]),
            ("TiWorker.exe", service, status::OBJECT_NAME_NOT_FOUND, &["BR-0302"]),
            ("TiWorker.exe", queue, status::OBJECT_NAME_NOT_FOUND, &["BR-0303"]),
            ("poqexec.exe", system, status::LOG_GROWTH_FAILED, &["BR-0304"]),
            ("TiWorker.exe", system, status::LOG_FULL, &["BR-0304"]),
            ("poqexec.exe", system, status::TRANSACTION_NOT_ACTIVE, &["BR-0304"]),
            ("TiWorker.exe", system, status::RM_NOT_ACTIVE, &["BR-0305"]),
            (
                "poqexec.exe",
                r"C:\Program Files\Internet Explorer\iexplore.exe",
                status::NOT_SAME_DEVICE,
                &["BR-0306"],
            ),
            ("poqexec.exe", system, status::SHARING_VIOLATION, &["BR-0307"]),
            ("TiWorker.exe", system, status::TRANSACTIONAL_CONFLICT, &["BR-0307"]),
            ("TiWorker.exe", system, status::ACCESS_DENIED, &["BR-0308"]),
            (
                "poqexec.exe",
                r"C:\Windows\WinSxS\Temp\PendingRenames\a.cdf-ms",
                status::ACCESS_DENIED,
                &["BR-0308"],
            ),
            ("poqexec.exe", r"C:\ProgramData\Example\a.bin", status::ACCESS_DENIED, &["BR-0308"]),
            ("poqexec.exe", system, status::CANNOT_DELETE, &["BR-0307"]),
            ("poqexec.exe", system, status::DELETE_PENDING, &["BR-0307"]),
            (
                "poqexec.exe",
                r"C:\Windows\WinSxS\amd64_example_31bf3856ad364e35_10.0.17763.1_none_0\a.dll",
                status::OBJECT_NAME_NOT_FOUND,
                &["BR-0321"],
            ),
            (
                "poqexec.exe",
                r"C:\Windows\WinSxS\Temp\PendingRenames\a.cdf-ms",
                status::OBJECT_NAME_NOT_FOUND,
                &[],
            ),
            ("TiWorker.exe", r"C:\Windows\System32\example.dll", status::INVALID_IMAGE_HASH, &["BR-0322"]),
            ("TiWorker.exe", component, status::KEY_DELETED, &["BR-0309"]),
            ("TiWorker.exe", component, status::OBJECT_NAME_NOT_FOUND, &["BR-0309"]),
            ("TiWorker.exe", component, status::REGISTRY_CORRUPT, &["BR-0309"]),
            ("svchost.exe", task, status::OBJECT_NAME_NOT_FOUND, &["BR-0310"]),
            ("TiWorker.exe", r"R:\Temp\mof1.tmp", status::DISK_FULL, &["BR-0314"]),
            ("TiWorker.exe", r"C:\Users\old\NTUSER.DAT", status::OBJECT_NAME_NOT_FOUND, &["BR-0315"]),
            ("TiWorker.exe", r"C:\Users\old\NTUSER.DAT", status::SHARING_VIOLATION, &["BR-0315", "BR-0307"]),
            ("TiWorker.exe", channel, status::OBJECT_NAME_COLLISION, &["BR-0316"]),
            ("example.exe", policy, status::ACCESS_DENIED, &["BR-0318"]),
            ("TiWorker.exe", policy, status::ACCESS_DENIED, &["BR-0318", "BR-0308"]),
            ("svchost.exe", gone, status::ACCESS_DENIED, &["BR-0319"]),
            ("TiWorker.exe", r"C:\Windows\Temp\cab1.tmp", status::OBJECT_NAME_COLLISION, &["BR-0320"]),
            // Near misses: another program, another place, another result.
            ("example.exe", package, status::OBJECT_PATH_NOT_FOUND, &[]),
            ("TiWorker.exe", r"C:\Windows\Fonts\example.ttf", status::OBJECT_PATH_NOT_FOUND, &[]),
            ("TiWorker.exe", system, status::OBJECT_NAME_NOT_FOUND, &[]),
            ("example.exe", system, status::SHARING_VIOLATION, &[]),
            ("example.exe", r"D:\Data\example.bin", status::ACCESS_DENIED, &[]),
            ("TiWorker.exe", service, status::OBJECT_NAME_COLLISION, &[]),
        ];
        for (process, path, status, wanted) in rows {
            assert_eq!(held(process, path, None, *status), *wanted, "{process} {path} 0x{status:08X}");
        }
    }

    #[test]
    fn the_second_path_of_a_link_counts_as_well() {
        let source = r"C:\Example\a.exe";
        let gone = |target| held("svchost.exe", source, target, status::OBJECT_NAME_NOT_FOUND);
        assert!(gone(None).is_empty());
        assert_eq!(gone(Some(r"C:\Windows\System32\Tasks\Microsoft\a")), ["BR-0310"]);
    }
}

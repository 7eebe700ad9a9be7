//! What the events of manifest providers in a synthetic ETW trace say about an update's reboot.

use diagnosis::{Diagnosis, FaultKind, Rules, diagnose};
use etl_reader::{
    EventId, FileTime, Guid, PointerWidth, RecordKind, Value,
    write::{EtlWriter, NewRecord, Session, encode},
};
use timeline::{Case, PhaseName, Place, StartType, Timeline, Trust};

const SECOND: i64 = 10_000_000;
const SMSS: &str = "43e63da5-41d1-4fbf-aded-1bbed98fdd1d";
const SERVICING: &str = "bd12f3b8-fc40-4a61-a307-b7a013a069c1";
const SERVICES: &str = "0063715b-eeda-4007-9429-ad526f62696e";
const SCM: &str = "555908d1-a6d7-4695-8e1e-26931d2012f4";
const WU: &str = "945a8954-c147-4acd-923f-40c45405a658";
const PNP: &str = "9c205a39-1250-487d-abd7-e831c6290539";
const APPX: &str = "8127f6d4-59f9-4abf-8952-3e3a02073d5f";

struct Trace(EtlWriter);

impl Trace {
    fn new() -> Self {
        Self(EtlWriter::new(Session { width: PointerWidth::Bits64, ..Session::default() }).unwrap())
    }

    fn add(&mut self, second: i64, provider: &str, id: u16, values: &[(&str, Value<'_>)]) {
        self.put(second, provider, id, |event| encode(event, PointerWidth::Bits64, values).unwrap());
    }

    /// An event that no table describes.
    fn bare(&mut self, second: i64, provider: &str, id: u16) {
        self.put(second, provider, id, |_| Vec::new());
    }

    fn put(&mut self, second: i64, provider: &str, id: u16, payload: impl Fn(EventId) -> Vec<u8>) {
        let provider: Guid = provider.parse().unwrap();
        let event = EventId::Provider {
            provider,
            id,
            version: 0,
            channel: 0,
            level: 4,
            opcode: 0,
            task: 0,
            keyword: 0,
        };
        let payload = payload(event);
        let time = FileTime(Session::default().start.0 + second * SECOND);
        let mut record = NewRecord::new(event, time, &payload);
        record.kind = RecordKind::Event;
        (record.pid, record.tid) = (Some(4), Some(8));
        self.0.write(&record).unwrap();
    }

    fn look(self, look: impl FnOnce(&Timeline<'_>, &Diagnosis)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boot.etl");
        std::fs::write(&path, self.0.finish()).unwrap();
        let case = Case::open(&[path]);
        assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
        let timeline = Timeline::new(&case);
        look(&timeline, &diagnose(&timeline, &Rules::built_in()));
    }
}

fn counted(text: &'static str) -> Value<'static> {
    Value::from(text)
}

#[test]
fn session_manager_and_servicing_bracket_phases() {
    let mut trace = Trace::new();
    trace.bare(1, SERVICING, 54);
    // At shutdown the driver queue belongs to it.
    trace.bare(2, SERVICING, 56);
    trace.bare(3, SERVICING, 57);
    trace.bare(4, SERVICING, 55);
    trace.add(20, SMSS, 9, &[]);
    trace.add(21, SMSS, 10, &[]);
    trace.add(22, SMSS, 1, &[("ImageName", counted(r"\SystemRoot\System32\autochk.exe"))]);
    trace.add(23, SMSS, 1, &[("ImageName", counted(r"\SystemRoot\System32\poqexec.exe"))]);
    trace.add(30, SMSS, 6, &[]);
    trace.bare(40, SERVICING, 56);
    trace.bare(41, SERVICING, 57);
    trace.bare(42, SERVICING, 58);
    trace.bare(44, SERVICING, 59);
    trace.add(50, SERVICING, 69, &[]);
    trace.look(|_, diagnosis| {
        let start = Session::default().start.0;
        let phases: Vec<_> = diagnosis
            .phases
            .iter()
            .map(|p| {
                let second = |t: timeline::FileTime| (t.0 as i64 - start) / SECOND;
                (p.name, second(p.start), p.end.map(second), p.trust)
            })
            .collect();
        assert_eq!(
            phases,
            [
                (PhaseName::Shutdown, 1, Some(4), Trust::Inferred),
                (PhaseName::BootRenames, 20, Some(21), Trust::Recorded),
                (PhaseName::BootPoq, 23, Some(30), Trust::Recorded),
                (PhaseName::StartupDrivers, 40, Some(44), Trust::Inferred),
                (PhaseName::StartupInstallers, 50, None, Trust::Inferred),
            ]
        );
        let evidence = &diagnosis.phases[1].evidence;
        assert_eq!(
            evidence.words.en,
            "event Microsoft-Windows-Subsys-SMSS/9 (ProcessFileRenamesStart) begins it"
        );
        assert!(matches!(evidence.place, Some(Place::Event(_))));
    });
}

#[test]
fn services_over_time_and_those_that_failed() {
    let mut trace = Trace::new();
    let state = |state: u32, start: u32| {
        [("CurrentState", state.into()), ("StartType", start.into()), ("ServiceName", "AppXSvc".into())]
    };
    trace.add(1, SERVICES, 105, &state(2, 3));
    trace.add(2, SERVICES, 105, &state(4, 3));
    trace.add(9, SERVICES, 105, &state(1, 3));
    let changed = [("ServiceName", Value::from("TrustedInstaller")), ("NewStartType", 2_u32.into())];
    trace.add(10, SERVICES, 201, &changed);
    let name: Vec<u8> = "CmService\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let failed = [
        ("param1", Value::from("Container Manager Service")),
        ("param2", "%%1053".into()),
        ("BinaryData", Value::Bytes(&name)),
    ];
    trace.add(11, SCM, 7000, &failed);
    let appx = [("ServiceName", Value::from("appxsvc")), ("ErrorCode", Value::Hex(0x8007_045B))];
    trace.add(12, APPX, 302, &appx);
    trace.look(|timeline, diagnosis| {
        let service = |name: &str| diagnosis.services.iter().find(|s| s.name == name).unwrap();
        let appx = service("AppXSvc");
        let states: Vec<_> = appx.states.iter().map(|s| s.state).collect();
        assert_eq!(states, ["running", "stopped", "failed"]);
        assert_eq!(appx.start_type.as_ref().unwrap().0, StartType::Manual);
        assert_eq!(
            appx.states[0].evidence.words.en,
            "Microsoft-Windows-Services/105 (ServiceStatusChange): AppXSvc running"
        );
        assert_eq!(service("TrustedInstaller").start_type.as_ref().unwrap().0, StartType::Automatic);
        assert_eq!(service("CmService").states[0].state, "failed");
        let lines: Vec<_> = timeline.scans[0].lines.iter().map(|l| (l.code, l.failed)).collect();
        assert_eq!(lines, [(Some(0x8007_041D), true), (Some(0x8007_045B), true)]);
    });
}

#[test]
fn failures_that_providers_report() {
    let mut trace = Trace::new();
    let denied = Value::Hex(0xC000_0022);
    trace.add(1, PNP, 219, &[("DriverName", counted(r"\Driver\Acme")), ("Status", denied)]);
    // A driver that loads is no failure.
    trace.add(2, PNP, 219, &[("DriverName", counted(r"\Driver\Fine"))]);
    let failed = [("errorCode", Value::Hex(0x800F_0922)), ("updateTitle", "Cumulative Update".into())];
    trace.add(3, WU, 20, &failed);
    trace.look(|timeline, diagnosis| {
        let lines: Vec<_> = timeline.scans[0].lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains(r"Kernel-PnP/219"), "{}", lines[0]);
        assert!(lines[0].ends_with(r"\Driver\Acme 0xC0000022"), "{}", lines[0]);
        assert!(lines[1].ends_with("Cumulative Update (0x800F0922)"), "{}", lines[1]);
        let faults = &diagnosis.faults.all;
        assert_eq!(faults.len(), 1);
        assert_eq!((faults[0].kind, faults[0].item.as_str()), (FaultKind::Update, "Cumulative Update"));
    });
}

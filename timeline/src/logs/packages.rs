//! The output of dism: lists of packages, and the code of a command that failed.

use servicing_logs::{
    LogText,
    dism::{self, PackageState},
};

use super::{Fact, LogLine, Tool, ToolFact, cut, known::Package};
use crate::{
    model::{Evidence, Place, SourceId, Words},
    scan::Scan,
};

/// Packages that the words on a pending restart name.
const MAX_NAMED: usize = 6;

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let text = LogText::new(bytes);
    let mut scan = Scan::default();
    let summary = dism::read_packages(&text, |package| {
        let state = match package.state {
            PackageState::Unknown => package.state_text.to_string(),
            state => state_word(state).to_owned(),
        };
        scan.known.packages.push(Package::of(&package.identity, state));
    });
    for error in &summary.errors {
        let (line, code) = (&error.line, &error.code);
        scan.lines.push(LogLine {
            source,
            line: *line,
            local: None,
            time: None,
            text: if *code == 0 { cut(&error.said) } else { format!("Error: 0x{code:08x}") },
            code: Some(*code).filter(|code| code >> 31 == 1),
            failed: true,
            fact: Fact::Tool(ToolFact {
                tool: Tool::Dism,
                what: cut(&match &error.about {
                    Some(package) if !error.said.contains(package) => {
                        format!("{}: {package}", error.said.trim_end_matches(['.', '。']))
                    }
                    _ => error.said.clone(),
                }),
                command: error.command.clone(),
                decides: true,
            }),
        });
    }
    if let Some(stated) = dism::last_health(&text) {
        let place = Place::Line { source, line: stated.line };
        let evidence = Evidence::at(place, Words::new(stated.said.clone(), stated.said));
        scan.known.health = Some((stated.checked, stated.health, evidence));
        scan.events += 1;
    }
    scan.known.waits_for_restart = waits_for_restart(&scan.known.packages);
    scan.events += summary.packages + summary.errors.len() as u64;
    scan
}

/// An update that is half done: its new packages wait to be installed, those before it to be removed.
fn waits_for_restart(packages: &[Package]) -> Option<Evidence> {
    let with = |state: &str| -> Vec<&str> {
        packages.iter().filter(|p| p.state == state).map(|p| p.identity.as_str()).take(MAX_NAMED).collect()
    };
    let (install, uninstall) = (with("install-pending"), with("uninstall-pending"));
    if install.is_empty() && uninstall.is_empty() {
        return None;
    }
    let list = |names: &[&str], none: &str| match names {
        [] => none.to_owned(),
        names => names.join(", "),
    };
    Some(Evidence::said(Words::new(
        format!(
            "install pending: {}; uninstall pending: {}",
            list(&install, "none"),
            list(&uninstall, "none")
        ),
        format!("待安装：{}；待卸载：{}", list(&install, "无"), list(&uninstall, "无")),
    )))
}

fn state_word(state: PackageState) -> &'static str {
    match state {
        PackageState::NotPresent => "absent",
        PackageState::UninstallPending => "uninstall-pending",
        PackageState::Staged => "staged",
        PackageState::Removed => "removed",
        PackageState::Installed => "installed",
        PackageState::InstallPending => "install-pending",
        PackageState::Superseded => "superseded",
        PackageState::PartiallyInstalled => "partially-installed",
        PackageState::Unknown => "unknown",
    }
}

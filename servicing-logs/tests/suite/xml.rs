//! pending.xml and sessions.xml. No such file of a real machine is public. These are synthetic, in the published
//! shape.
use crate::common;

use servicing_logs::pending::{self, PendingItem, PrimitiveKind};
use servicing_logs::sessions;

const PENDING_31: &str = r#"<?xml version='1.0' encoding='utf-8'?>
<PendingTransaction Version="3.1" WcpVersion="10.0.22621.2567 (WinBuild.160101.0800)" Identifier="916ae75edb30da01">
	<Transactions>
		<Transaction TransactionId="7"><Install Application="a &amp; b" RefGuid="{1}" RefIdentifier="x"/></Transaction>
	</Transactions>
	<ChangeList><Change Family="f" New="n"/></ChangeList>
	<POQ postAction="reboot">
		<BeginTransaction id="12"/>
		<HardlinkFile source="\SystemRoot\WinSxS\amd64_x_31bf3856ad364e35_10.0.1.1_none_1\a&amp;b.exe" destination="\??\C:\Windows\System32\a&amp;b.exe"/>
		<SetKeyValue path="\Registry\Machine\SYSTEM\ControlSet001\Services\x" name="Start" type="0x4" encoding="base64" value="AwAAAA=="/>
		<Frobnicate path="x"/>
	</POQ>
	<POQ>
		<deletefile path="\??\C:\Windows\old.dll"/>
	</POQ>
	<InstallerQueue Length="0x00000001">
		<Action Installer="HTTP Installer" Mode="Delta" Phase="38" Family="f" Old="" New="n"/>
	</InstallerQueue>
	<RollbackInformation><AdminHints></AdminHints></RollbackInformation>
</PendingTransaction>
"#;

#[test]
fn version_31() {
    let mut items = Vec::new();
    let summary = pending::read(PENDING_31.as_bytes(), |item| items.push(item));
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!(summary.version.as_deref(), Some("3.1"));
    assert_eq!(summary.wcp_version.as_deref(), Some("10.0.22621.2567 (WinBuild.160101.0800)"));
    assert_eq!(summary.identifier.as_deref(), Some("916ae75edb30da01"));
    assert_eq!(summary.blocks, [Some("reboot".to_owned()), None]);
    assert_eq!((summary.primitives, summary.unknown_primitives), (4, 1));
    assert_eq!((summary.installers, summary.transactions), (1, 1));
    assert_eq!(summary.installer_queue_length.as_deref(), Some("0x00000001"));
    let primitives: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            PendingItem::Primitive(found) => {
                Some((found.index, found.block, found.kind, found.name.as_deref()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        primitives,
        [
            (0, 0, PrimitiveKind::BeginTransaction, Some("12")),
            (1, 0, PrimitiveKind::HardlinkFile, None),
            (2, 0, PrimitiveKind::SetKeyValue, Some("Start")),
            (3, 1, PrimitiveKind::DeleteFile, None),
        ]
    );
    let link = items.iter().find_map(|item| match item {
        PendingItem::Primitive(found) if found.index == 1 => Some(found.clone()),
        _ => None,
    });
    let link = link.unwrap();
    assert_eq!(
        link.source.as_deref(),
        Some(r"\SystemRoot\WinSxS\amd64_x_31bf3856ad364e35_10.0.1.1_none_1\a&b.exe")
    );
    assert_eq!(link.destination.as_deref(), Some(r"\??\C:\Windows\System32\a&b.exe"));
    assert!(PENDING_31[link.offset as usize..].trim_start().starts_with("<HardlinkFile"));
    assert!(items.iter().any(|item| matches!(item, PendingItem::Install(install)
        if install.attributes[0] == ("Application".to_owned(), "a & b".to_owned()))));
}

#[test]
fn version_2_in_utf16() {
    let text = r#"<PendingTransaction Version="2.0" Identifier="1"><POQ><MoveFile source="a" destination="b"/></POQ></PendingTransaction>"#;
    let data: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let summary = pending::read(&data, |_| {});
    assert_eq!((summary.version.as_deref(), summary.primitives), (Some("2.0"), 1));
    assert!(summary.stopped.is_none());
}

#[test]
fn a_file_that_ends_early_gives_what_it_has() {
    let text = r#"<PendingTransaction Version="2.0"><POQ><CreateKey path="\Registry\Machine\X"/><CreateKey path="\Reg"#;
    let summary = pending::read(text.as_bytes(), |_| {});
    assert_eq!(summary.primitives, 1);
    assert_eq!(summary.stopped.unwrap().name(), "xml");
    let summary = pending::read(b"", |_| {});
    assert_eq!(summary.stopped.unwrap().to_string(), "XML at offset 0: no element");
}

const SESSIONS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Sessions>
  <Session version="2" id="30583418_3178529104" client="WindowsUpdateAgent" options="0" currentPhase="5" status="0x0" Queued="2021/8/17/3:16:2" Complete="2021/8/17/3:20:0">
    <Tasks><Phase seq="1"><package id="Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.2114.1.13" name="KB5005030" targetState="Installed"/></Phase></Tasks>
  </Session>
  <Session id="2" client="DISM Package Manager Provider"/>
</Sessions>"#;

#[test]
fn sessions_with_packages() {
    let mut found = Vec::new();
    let summary = sessions::read(SESSIONS.as_bytes(), |session| found.push(session));
    assert!(summary.stopped.is_none());
    assert_eq!((summary.sessions, found.len()), (2, 2));
    assert_eq!(found[0].client.as_deref(), Some("WindowsUpdateAgent"));
    assert_eq!(found[0].status.as_deref(), Some("0x0"));
    assert_eq!(found[0].attributes.last().unwrap(), &("Complete".to_owned(), "2021/8/17/3:20:0".to_owned()));
    assert_eq!(found[0].packages[0].name.as_deref(), Some("KB5005030"));
    assert_eq!(found[0].packages[0].target_state.as_deref(), Some("Installed"));
    assert_eq!(found[1].packages, []);
}

#[test]
fn any_bytes_are_read() {
    common::damaged(PENDING_31.as_bytes(), 21, |data| {
        let mut items = 0;
        let summary =
            pending::read(data, |item| items += u64::from(matches!(item, PendingItem::Primitive(_))));
        assert_eq!(items, summary.primitives);
    });
    common::damaged(SESSIONS.as_bytes(), 22, |data| {
        let mut sessions = 0;
        let summary = sessions::read(data, |_| sessions += 1);
        assert_eq!(sessions, summary.sessions);
    });
}

//! XML in the form of Process Monitor's export, written by hand. `docs/IMPORT.md` says how that form is known.

use pml_reader::{
    Column,
    import::{DateEvidence, ImportFile},
};

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<procmon><processlist><process>
<ProcessIndex>7</ProcessIndex><ProcessId>708</ProcessId><ParentProcessId>4</ParentProcessId>
<ParentProcessIndex>1</ParentProcessIndex><CreateTime>132389902907752429</CreateTime><FinishTime>0</FinishTime>
<Owner>NT AUTHORITY\SYSTEM</Owner><ProcessName>Ti&amp;Worker.exe</ProcessName><ImagePath>C:\T&#228;.exe</ImagePath>
<CommandLine>&quot;C:\T&#xE4;.exe&quot; -x</CommandLine><CompanyName/>
<modulelist><module><Path>C:\a.dll</Path><ProcessIndex>9</ProcessIndex></module></modulelist></process></processlist><eventlist>
<event><ProcessIndex>7</ProcessIndex><Time_of_Day>3:18:10.7752430 AM</Time_of_Day><Process_Name>Ti&amp;Worker.exe</Process_Name>
<PID>708</PID><Operation>Process Start</Operation><Path></Path><Result>SUCCESS</Result><Detail>Parent PID: 4</Detail></event>
<event><ProcessIndex>7</ProcessIndex><Time_of_Day>3:18:11.0000000 AM</Time_of_Day><Process_Name>Ti&amp;Worker.exe</Process_Name>
<PID>708</PID><Operation>RegSetValue</Operation><Path>HKLM\a&lt;event&gt;b</Path><Result>ACCESS DENIED</Result>
<Strange>x</Strange><Detail><![CDATA[Type: REG_DWORD, Length: 4, Data: 3]]></Detail>
<stack><frame><depth>0</depth><path>C:\other</path></frame></stack></event>
</eventlist></procmon>
"#;

#[test]
fn processes_events_and_the_clock() {
    let file = ImportFile::from_held(XML.as_bytes().to_vec()).unwrap();
    assert!(file.is_xml() && file.problems().is_empty(), "{:?}", file.problems());
    let [process] = file.processes() else { panic!("{:?}", file.processes()) };
    assert_eq!((process.index, process.pid, process.parent_pid, process.parent_index), (7, 708, 4, Some(1)));
    assert_eq!((process.name.as_str(), process.image_path.as_str()), ("Ti&Worker.exe", "C:\\T\u{e4}.exe"));
    assert_eq!(process.command_line, "\"C:\\T\u{e4}.exe\" -x");
    assert_eq!((process.start.map(|t| t.0), process.end), (Some(132_389_902_907_752_429), None));
    assert_eq!(file.len(), 2);
    // The start in the list is in UTC and has a date; the row is two hours ahead and has none.
    assert_eq!((file.clock().evidence, file.clock().ahead_minutes), (DateEvidence::NoDates, Some(120)));
    let row = file.row(1).unwrap();
    assert_eq!(row.time().unwrap().0, 132_389_902_910_000_000);
    assert_eq!(row.get(Column::Path).unwrap(), "HKLM\\a<event>b");
    assert_eq!((row.status(), row.value(), row.process_index()), (Some(0xC000_0022), Some(3), Some(7)));
    assert_eq!((row.get(Column::Duration), row.number(Column::Pid)), (None, Some(708)));
}

#[test]
fn utf16_is_the_same() {
    let bytes: Vec<u8> = XML.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = ImportFile::from_held(bytes).unwrap();
    assert_eq!((file.len(), file.processes().len(), file.clock().ahead_minutes), (2, 1, Some(120)));
    assert_eq!(file.row(1).unwrap().get(Column::Path).unwrap(), "HKLM\\a<event>b");
}

/// Any damage gives rows or errors; what lies before it is read.
#[test]
fn hostile_xml() {
    let whole = XML.as_bytes();
    let second = XML.rfind("<event>").unwrap();
    let mut read = 0;
    let prefixes = (0..whole.len()).map(|end| (end, whole[..end].to_vec()));
    let changes = (0..whole.len()).flat_map(|at| {
        [0, b'<', b'>', b'&', 0xFF].map(|byte| {
            let mut changed = whole.to_vec();
            changed[at] = byte;
            (at, changed)
        })
    });
    for (at, bytes) in prefixes.chain(changes) {
        let Ok(file) = ImportFile::from_held(bytes) else { continue };
        let rows: Vec<bool> =
            file.rows().map(|(_, row)| row.is_ok_and(|row| row.status() == Some(0))).collect();
        assert_eq!(rows.len() as u64, file.len());
        if at > second {
            assert_eq!(rows.first(), Some(&true), "{at}");
            read += 1;
        }
    }
    assert!(read > 1_000, "{read}");
    let deep = [b"<procmon>".repeat(50_000), whole.to_vec(), b"<event>".repeat(50_000)].concat();
    let file = ImportFile::from_held(deep).unwrap();
    assert_eq!(file.rows().count() as u64, file.len());
}

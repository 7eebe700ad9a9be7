//! Services in exported records.

use diagnosis::{Rules, diagnose};
use timeline::{Case, Place, Timeline};

#[test]
fn a_record_without_binary_data_means_the_service_by_its_display_name() {
    let record = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Service Control Manager"/><EventID Qualifiers="49152">7023</EventID><Version>0</Version><Level>2</Level><TimeCreated SystemTime="2024-08-08T00:24:59.844830Z"/><EventRecordID>401</EventRecordID><Channel>System</Channel><Computer>WS-8564</Computer></System><EventData><Data Name="param1">App Readiness</Data><Data Name="param2">%%5</Data></EventData></Event>"#;
    let list = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>\n{record}\n</Events>\n");
    let case = Case::from_bytes(vec![("System.xml".to_owned(), Ok(list.into_bytes()))]);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    let service = diagnosis.services.iter().find(|service| service.name == "AppReadiness").unwrap();
    let state = service.states.first().unwrap();
    assert_eq!(state.state, "failed");
    assert!(matches!(state.evidence.place, Some(Place::Line { line: 3, .. })), "{:?}", state.evidence);
    assert_eq!(diagnosis.services.iter().filter(|s| s.name.contains("Readiness")).count(), 1);
}

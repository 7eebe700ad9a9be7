//! Finds and unpacks the real files. They are not part of the project. Without them, tests skip and say so.

/// The files with an independent count, by name.
pub(crate) const FILES: [&str; 7] = [
    "Process-7600.etl",
    "SelfDescribingSingleEvent-22000-compressed.etl",
    "ShutdownPerfDiagLogger-18362.etl",
    "WindowsUpdate-22631.etl",
    "diaghub.kernel.1-19041.etl",
    "net.4.5.2.x64-9200-compressed.etl",
    "process_data_32_v3-7600.etl",
];

/// The bytes of a file of the data folder, or nothing after saying that the test is skipped.
pub(crate) fn bytes(name: &str) -> Option<Vec<u8>> {
    test_data::bytes(&format!("etl/{name}"))
}

/// A JSON file of the data folder.
pub(crate) fn json(name: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&bytes(name)?).expect("the data folder holds valid JSON"))
}

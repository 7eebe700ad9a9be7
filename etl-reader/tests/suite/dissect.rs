//! An independent reader, `dissect.etl` for Python, walks the files that this crate writes, if it is installed.

use crate::support;

use std::process::Command;

use etl_reader::write::{EtlWriter, NewRecord, Session};
use etl_reader::{Compression, EtlBuffer, EtlFile, FileTime, RecordKind};

const WALK: &str = "
import sys
from dissect.etl.etl import ETL
with open(sys.argv[1], 'rb') as file:
    etl = ETL(file)
    # Not record.event: dissect has layouts of its own, and fails on some events of the original file too.
    times = [record.header.timestamp for record in etl]
    print(len(times), times[-1].strftime('%Y-%m-%dT%H:%M'))
";

fn python() -> Option<&'static str> {
    test_data::python_module("dissect.etl").then_some(test_data::PYTHON)
}

#[test]
fn written_files_are_walked_by_dissect() {
    let Some(python) = python() else { return };
    let Some(bytes) = support::bytes("net.4.5.2.x64-9200-compressed.etl") else { return };
    let file = EtlFile::from_bytes(&bytes).unwrap();
    for compression in [None, Some(Compression::Xpress)] {
        let header = file.header();
        let session = Session {
            start: header.start_time,
            first_ticks: header.first_ticks,
            processors: 8,
            compression,
            ..Session::default()
        };
        let mut writer = EtlWriter::new(session).unwrap();
        let buffers: Vec<EtlBuffer<'_>> =
            file.buffers().iter().take(60).map(|entry| file.read(entry)).collect();
        let (mut count, mut last) = (1, FileTime::default());
        for record in buffers.iter().flat_map(|buffer| buffer.records().map(Result::unwrap)).skip(1) {
            last = record.time().unwrap_or(last);
            // Kernel events of all three headers, class events and manifest events with stacks.
            assert_ne!(record.kind, RecordKind::Other);
            writer.write(&NewRecord::copy_of(&record, last)).unwrap();
            count += 1;
        }
        let name = format!("etl-reader-{}-{}.etl", std::process::id(), compression.is_some());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, writer.finish()).unwrap();
        let output = Command::new(python).args(["-c", WALK]).arg(&path).output().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.trim(), format!("{count} 2020-07-29T00:07"), "{compression:?}");
    }
}

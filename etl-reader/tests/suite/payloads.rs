//! Payloads of kernel events: single real ones of many versions and both pointer widths, and whole files.

use crate::support;

use etl_reader::write::{EtlWriter, NewRecord, Session};
use etl_reader::{Decoded, Decoder, EtlFile, EventId, PointerWidth, Source, Value};

/// The group and type of a payload, told by its name: `kFileIOCreatePayload32bitsV2`.
const NAMES: [(&str, u8, u8); 60] = [
    ("EventTraceEventExtension", 0, 5),
    ("ImageUnload", 20, 2),
    ("ImageDCStart", 20, 3),
    ("ImageDCEnd", 20, 4),
    ("ImageLoad", 3, 10),
    ("ImageKernelBase", 20, 33),
    ("ProcessStart", 3, 1),
    ("ProcessEnd", 3, 2),
    ("ProcessDCStart", 3, 3),
    ("ProcessDCEnd", 3, 4),
    ("ProcessTerminate", 3, 11),
    ("ProcessPerfCtr", 3, 32),
    ("ProcessPerfCtrRundown", 3, 33),
    ("ProcessDefunct", 3, 39),
    ("ThreadStart", 5, 1),
    ("ThreadEnd", 5, 2),
    ("ThreadDCStart", 5, 3),
    ("ThreadDCEnd", 5, 4),
    ("RegistryCreate", 9, 10),
    ("RegistryOpen", 9, 11),
    ("RegistryQuery", 9, 13),
    ("RegistrySetValue", 9, 14),
    ("RegistryQueryValue", 9, 16),
    ("RegistryEnumerateKey", 9, 17),
    ("RegistryEnumerateValueKey", 9, 18),
    ("RegistrySetInformation", 9, 20),
    ("RegistryKCBCreate", 9, 22),
    ("RegistryKCBDelete", 9, 23),
    ("RegistryKCBRundownEnd", 9, 25),
    ("RegistryClose", 9, 27),
    ("RegistrySetSecurity", 9, 28),
    ("RegistryQuerySecurity", 9, 29),
    ("RegistryCounters", 9, 34),
    ("RegistryConfig", 9, 35),
    ("FileIOFileCreate", 4, 32),
    ("FileIOFileDelete", 4, 35),
    ("FileIOFileRundown", 4, 36),
    ("FileIOCreate", 4, 64),
    ("FileIOCleanup", 4, 65),
    ("FileIOClose", 4, 66),
    ("FileIORead", 4, 67),
    ("FileIOWrite", 4, 68),
    ("FileIOSetInfo", 4, 69),
    ("FileIODelete", 4, 70),
    ("FileIORename", 4, 71),
    ("FileIODirEnum", 4, 72),
    ("FileIOFlush", 4, 73),
    ("FileIOQueryInfo", 4, 74),
    ("FileIOFSControl", 4, 75),
    ("FileIOOperationEnd", 4, 76),
    ("FileIODirNotify", 4, 77),
    // The name has this slip.
    ("FileIODletePath", 4, 79),
    ("FileIORenamePath", 4, 80),
    ("DiskIORead", 1, 10),
    ("DiskIOWrite", 1, 11),
    ("DiskIOReadInit", 1, 12),
    ("DiskIOWriteInit", 1, 13),
    ("DiskIOFlushBuffers", 1, 14),
    ("DiskIOFlushInit", 1, 15),
    ("StackWalkStack", 24, 32),
];

struct Vector {
    name: String,
    event: EventId,
    width: PointerWidth,
    payload: Vec<u8>,
}

fn vector(name: &str, hex: &str) -> Option<Vector> {
    let (event, version) = name.strip_prefix('k')?.split_once("Payload")?;
    let (width, version) = match version.strip_prefix("32bits") {
        Some(version) => (PointerWidth::Bits32, version),
        None => (PointerWidth::Bits64, version),
    };
    let version = version.strip_prefix('V')?.parse().ok()?;
    let &(_, group, opcode) = NAMES.iter().find(|known| known.0 == event)?;
    let payload = hex.as_bytes().chunks(2).map(|pair| {
        u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).expect("vectors are hexadecimal")
    });
    let event = EventId::Kernel { group, opcode, version };
    Some(Vector { name: name.into(), event, width, payload: payload.collect() })
}

/// Decodes the vectors of some groups, through a written file.
fn decode(vectors: &[Vector], mut check: impl FnMut(&Vector, &Decoded<'_>)) {
    let mut writer = EtlWriter::new(Session::default()).unwrap();
    for vector in vectors {
        let mut record = NewRecord::new(vector.event, Session::default().start, &vector.payload);
        record.width = vector.width;
        writer.write(&record).unwrap();
    }
    let bytes = writer.finish();
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let buffers: Vec<_> = file.buffers().iter().map(|entry| file.read(entry)).collect();
    let records = buffers.iter().flat_map(|buffer| buffer.records()).skip(1);
    let decoder = Decoder::new();
    let mut seen = 0;
    for (vector, record) in vectors.iter().zip(records) {
        check(vector, &decoder.decode(&record.unwrap()));
        seen += 1;
    }
    assert_eq!(seen, vectors.len());
}

fn vectors(groups: &[u8]) -> Option<Vec<Vector>> {
    let json = support::json("libtrace_vectors.json")?;
    let all = json.as_object().unwrap().iter();
    let vectors = all.filter_map(|(name, hex)| vector(name, hex.as_str().unwrap()));
    let of_groups = |v: &Vector| matches!(v.event, EventId::Kernel { group, .. } if groups.contains(&group));
    Some(vectors.filter(of_groups).collect())
}

/// 65 of the 67 payloads of operations and names end where the public classes FileIo_V2, FileIo_V3 and Registry_V2 do. Two, Read
/// and Write of version 3, are four bytes longer: they end in the field ExtraFlags, which the events of
/// Microsoft-Windows-Kernel-File have too.
#[test]
fn file_and_registry_payloads_are_read_to_the_last_byte() {
    let Some(mut vectors) = vectors(&[4, 9]) else { return };
    // Two of counters and one of the configuration are not of an operation or a name.
    let apart = |v: &Vector| v.name.starts_with("kRegistryCounters") || v.name.starts_with("kRegistryConfig");
    let others: Vec<_> = vectors.extract_if(.., |v| apart(v)).collect();
    assert_eq!((vectors.len(), others.len()), (67, 3));
    let (mut public, mut extra) = (0, Vec::new());
    decode(&vectors, |vector, decoded| {
        assert!(decoded.is_exact(), "{}: {decoded:?}", vector.name);
        assert_eq!(decoded.source, Source::Table, "{}", vector.name);
        match decoded.u64("ExtraFlags") {
            None => public += 1,
            Some(flags) => extra.push((vector.name.clone(), flags)),
        }
        for (name, value) in &decoded.fields {
            let of = format!("{} {name} {value}", vector.name);
            assert!(is_sensible(vector, name, value), "{of}");
        }
    });
    assert_eq!(public, 65);
    let extra: Vec<_> = extra.iter().map(|(name, flags)| (name.as_str(), *flags)).collect();
    assert_eq!(extra, [("kFileIOReadPayloadV3", 0), ("kFileIOWritePayloadV3", 0)]);
    decode(&others, |vector, decoded| assert!(decoded.is_exact(), "{}: {decoded:?}", vector.name));
}

/// Whether a value is one that its field can have. A field that is read from a wrong place mostly is not.
fn is_sensible(vector: &Vector, field: &str, value: &Value<'_>) -> bool {
    let kernel = |address: u64| match vector.width {
        PointerWidth::Bits32 => (0x8000_0000..=0xffff_ffff).contains(&address),
        PointerWidth::Bits64 => address >= 0xffff_8000_0000_0000,
    };
    let number = value.as_u64();
    let is = |wanted: &dyn Fn(u64) -> bool| number.is_some_and(wanted);
    match field {
        "Irp" | "FileObject" | "FileKey" => is(&kernel),
        // None where the key is not open yet.
        "KeyHandle" => is(&|key| key == 0 || kernel(key)),
        "ThreadId" => is(&|id| id % 4 == 0 && (4..0x1_0000).contains(&id)),
        "NtStatus" | "Status" => is(&|status| [0, 0xc000_0023, 0xc000_0034].contains(&status)),
        // Counters of some days; none where the control block is of before.
        "InitialTime" => is(&|ticks| {
            let known = !vector.name.contains("KCB");
            if known { (1 << 40..1 << 42).contains(&ticks) } else { ticks == 0 }
        }),
        "InfoClass" if vector.name.contains("FSControl") => is(&|code| code >> 16 == 9),
        "InfoClass" => is(&|class| (1..76).contains(&class)),
        "CreateOptions" => is(&|options| options >> 24 <= 5),
        "FileAttributes" => is(&|attributes| attributes <= 0xffff),
        "ShareAccess" => is(&|share| share <= 7),
        "IoFlags" => is(&|flags| flags & !0x000f_ffff == 0),
        "IoSize" | "Length" | "Offset" | "ExtraInformation" => is(&|size| size < 1 << 20),
        "FileIndex" | "Index" | "ExtraFlags" | "ElapsedTime" => is(&|number| number < 16),
        "OpenPath" | "FileName" | "FilePath" | "KeyName" => {
            let text = value.to_string();
            let nameless = ["DirNotify", "Registry"].iter().any(|event| vector.name.contains(event));
            (nameless || !text.is_empty()) && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        }
        _ => false,
    }
}

#[test]
fn other_kernel_payloads_are_read_to_the_last_byte() {
    let Some(vectors) = vectors(&[0, 1, 3, 5, 20, 24]) else { return };
    assert_eq!(vectors.len(), 57);
    decode(&vectors, |vector, decoded| {
        let rest: &[u8] = match vector.name.as_str() {
            // Padding of the C structure after the one-byte WaitMode.
            "kThreadStartPayload32bitsV1" => &decoded.rest[..3],
            _ => &[],
        };
        assert_eq!((decoded.rest, &decoded.error), (rest, &None), "{}: {decoded:?}", vector.name);
    });
}

#[test]
fn values_of_single_payloads() {
    let Some(vectors) = vectors(&[1, 3, 4, 5, 9, 20]) else { return };
    let mut checked = 0;
    decode(&vectors, |vector, decoded| {
        let number = |name: &str| decoded.u64(name);
        match vector.name.as_str() {
            "kRegistryQueryValuePayloadV2" => {
                assert_eq!(number("Status"), Some(0xc000_0034));
                assert_eq!(decoded.text("KeyName").unwrap(), "Anonymized strin");
            }
            "kRegistryQuerySecurityPayloadV2" => assert_eq!(number("Status"), Some(0xc000_0023)),
            "kFileIOCreatePayload32bitsV2" => {
                assert_eq!(number("CreateOptions"), Some(0x0120_0000));
                assert_eq!(number("ShareAccess"), Some(7));
                assert_eq!(number("ThreadId"), Some(0xa34));
            }
            "kFileIOSetInfoPayload32bitsV2" => assert_eq!(number("InfoClass"), Some(20)),
            "kFileIOFSControlPayloadV3" => assert_eq!(number("InfoClass"), Some(0x0009_00bb)),
            "kFileIOOperationEndPayloadV3" => {
                assert_eq!(number("ExtraInformation"), Some(0x3a));
                assert_eq!(number("NtStatus"), Some(0));
            }
            "kProcessStartPayloadV4" => {
                assert_eq!(number("ProcessId"), Some(0xa8c));
                assert_eq!(decoded.text("ImageFileName").unwrap(), "xperf.exe");
                assert_eq!(decoded.text("CommandLine").unwrap(), "xperf  -stop");
                assert!(decoded.get("UserSID").unwrap().to_string().starts_with("S-1-5-21-"));
            }
            // A user of zeros with its SID after it.
            "kProcessStartPayload32bitsV3" => {
                assert!(matches!(decoded.get("UserSID"), Some(Value::Sid(_))));
                assert_eq!(decoded.text("ImageFileName").unwrap(), "notepad.exe");
            }
            "kProcessDefunctPayloadV5" => {
                assert_eq!(decoded.text("ImageFileName").unwrap(), "chrome.exe");
            }
            "kThreadEndPayloadV3" => assert_eq!(number("ProcessId"), Some(0x7f8)),
            "kDiskIOWritePayloadV3" => assert_eq!(number("TransferSize"), Some(0x2000)),
            "kImageLoadPayloadV0" => assert_eq!(number("ImageSize"), Some(0x0019_e000)),
            _ => return,
        }
        checked += 1;
    });
    assert_eq!(checked, 12);
}

/// Counts of events that must be read to the last byte, by file: group, type, version, number.
#[test]
fn events_of_real_files_are_read_to_the_last_byte() {
    type Counts = &'static [(u8, u8, u16, u64)];
    let wanted: [(&str, Counts); 3] = [
        (
            "ShutdownPerfDiagLogger-18362.etl",
            &[(3, 2, 4, 60), (3, 3, 4, 94), (3, 4, 4, 37), (3, 39, 5, 5), (20, 2, 3, 4791), (5, 2, 3, 1032)],
        ),
        (
            "diaghub.kernel.1-19041.etl",
            &[(3, 1, 4, 18), (3, 3, 4, 223), (11, 15, 3, 269), (20, 4, 3, 15017), (20, 3, 3, 187)],
        ),
        (
            "net.4.5.2.x64-9200-compressed.etl",
            &[(4, 36, 2, 3054), (4, 32, 2, 16), (1, 10, 3, 1208), (11, 15, 3, 157), (24, 32, 2, 252)],
        ),
    ];
    for (name, wanted) in wanted {
        let Some(bytes) = support::bytes(name) else { continue };
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let decoder = Decoder::new();
        for &(group, opcode, version, count) in wanted {
            let mut exact = 0;
            for entry in file.buffers() {
                for record in file.read(entry).records().map(Result::unwrap) {
                    if record.event == (EventId::Kernel { group, opcode, version }) {
                        let decoded = decoder.decode(&record);
                        assert!(decoded.is_exact(), "{name}: {decoded:?}");
                        exact += 1;
                    }
                }
            }
            assert_eq!(exact, count, "{name} {group}/{opcode} v{version}");
        }
    }
}

//! Events that describe themselves, or that their file describes.

use crate::support;

use std::collections::BTreeMap;

use etl_reader::write::{EtlWriter, NewRecord, Session};
use etl_reader::{Decoder, EtlFile, EventId, Guid, RecordKind, Source, item};

/// Events of a file by where their description is from: all, and those read to the last byte.
fn sources(name: &str) -> Option<BTreeMap<Source, (u64, u64)>> {
    let bytes = support::bytes(name)?;
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let mut decoder = Decoder::new();
    decoder.learn(&file);
    let mut sources: BTreeMap<Source, (u64, u64)> = BTreeMap::new();
    for entry in file.buffers() {
        for record in file.read(entry).records().map(Result::unwrap) {
            if record.kind == RecordKind::Event {
                let decoded = decoder.decode(&record);
                let counts = sources.entry(decoded.source).or_default();
                counts.0 += 1;
                counts.1 += u64::from(decoded.is_exact());
            }
        }
    }
    Some(sources)
}

#[test]
fn manifests_and_descriptions_inside_a_merged_file() {
    let Some(sources) = sources("net.4.5.2.x64-9200-compressed.etl") else { return };
    // Of those described by the file, not exact are 14,983 walks of the .NET stack, whose manifest has two
    // addresses and their payload many, and two events of PerfView with four bytes more than its own manifest says.
    assert_eq!(sources[&Source::File], (66_512, 66_512 - 14_983 - 2));
    // Of these none is described: the private events of .NET, and the manifests themselves.
    assert_eq!(sources[&Source::Unknown], (1_631, 0));
    assert_eq!(sources.values().map(|counts| counts.0).sum::<u64>(), 33_378 + 34_765);
}

#[test]
fn tracelogging_of_real_files() {
    let Some(found) = sources("WindowsUpdate-22631.etl") else { return };
    assert_eq!(found, BTreeMap::from([(Source::Event, (80, 80))]));
    let Some(bytes) = support::bytes("SelfDescribingSingleEvent-22000-compressed.etl") else { return };
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let decoder = Decoder::new();
    let buffers: Vec<_> = file.buffers().iter().map(|entry| file.read(entry)).collect();
    let mut records = buffers.iter().flat_map(|buffer| buffer.records()).map(Result::unwrap);
    let record = records.find(|record| record.kind == RecordKind::Event).unwrap();
    let decoded = decoder.decode(&record);
    assert_eq!((&*decoded.provider, &*decoded.event), ("MySource", "TestEvent"));
    assert_eq!(decoded.get("a").unwrap().to_string(), "{b: Hello, c: World!}");
}

const PROVIDER: EventId = EventId::Provider {
    provider: Guid::new(1, 2, 3, [4; 8]),
    id: 5,
    version: 1,
    channel: 11,
    level: 5,
    opcode: 0,
    task: 0,
    keyword: 0,
};

/// Decodes one event with these extended items: a line of its fields, and whether it is exact.
fn decode(extended: Vec<(u16, &[u8])>, payload: &[u8]) -> (String, bool) {
    let mut writer = EtlWriter::new(Session::default()).unwrap();
    let mut record = NewRecord::new(PROVIDER, Session::default().start, payload);
    record.extended = extended;
    writer.write(&record).unwrap();
    let bytes = writer.finish();
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let buffer = file.read(&file.buffers()[1]);
    let record = buffer.records().next().unwrap().unwrap();
    let decoder = Decoder::new();
    let decoded = decoder.decode(&record);
    let fields: Vec<String> = decoded.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let line = format!("{}/{} {}", decoded.provider, decoded.event, fields.join(" "));
    (line + decoded.error.as_deref().unwrap_or_default(), decoded.is_exact())
}

/// A TraceLogging description: the event's name, then each field's name, type and what follows the type.
fn schema(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut schema = vec![0, 0, 0x80, 0];
    schema.extend_from_slice(b"Event\0");
    for (name, kind) in fields {
        schema.extend_from_slice(name.as_bytes());
        schema.push(0);
        schema.extend_from_slice(kind);
    }
    let size = schema.len() as u16;
    schema[..2].copy_from_slice(&size.to_le_bytes());
    schema
}

#[test]
fn tracelogging_arrays_structures_and_custom_types() {
    let schema = schema(&[
        ("number", &[8 | 0x80, 3 | 0x80, 0x81, 0x01]),
        ("pair", &[5 | 0x20, 2, 0]),
        ("many", &[4 | 0x40]),
        ("text", &[22]),
        ("binary", &[14]),
        ("list", &[24 | 0x80 | 0x40, 2]),
        ("a", &[4]),
        ("b", &[2]),
        ("none", &[24 | 0x80 | 0x40, 1]),
        ("c", &[4]),
        ("custom", &[0x60 | 1, 2, 0, 9, 9]),
        ("last", &[13]),
    ]);
    let traits = [7, 0, b'P', b'r', b'o', b'v', 0];
    let mut payload = vec![7, 0, 0, 0, 0xff, 0xff, 2, 0, 3, 0, 1, 2, 3];
    payload.extend_from_slice(&[4, 0, b'h', 0, b'i', 0, 1, 0, 0xab]);
    payload.extend_from_slice(&[2, 0, 1, b'x', 0, 2, b'y', 0]);
    payload.extend_from_slice(&[0, 0, 2, 0, 0xcd, 0xef, 1, 0, 0, 0]);
    let (line, exact) = decode(vec![(item::SCHEMA, &schema), (item::PROVIDER_TRAITS, &traits)], &payload);
    assert_eq!(
        line,
        "Prov/Event number=7 pair=[-1, 2] many=[1, 2, 3] text=hi binary=ab \
         list=[{a: 1, b: x}, {a: 2, b: y}] none=[] custom=cdef last=true"
    );
    assert!(exact);
}

#[test]
fn damaged_descriptions_end_the_fields() {
    let schema = schema(&[("a", &[4]), ("b", &[31])]);
    let (line, exact) = decode(vec![(item::SCHEMA, &schema)], &[1, 2]);
    assert!(line.starts_with("/Event a=1type of a field at offset"), "{line}");
    assert!(!exact);
    // Fixed arrays of no elements in a list of structures: values without bytes, which could be made for ever.
    let empty: Vec<(&str, &[u8])> = vec![("e", &[4 | 0x20, 0, 0]); 100];
    let mut fields: Vec<(&str, &[u8])> = vec![("list", &[24 | 0x80 | 0x40, 101]), ("x", &[4])];
    fields.extend(empty);
    let schema = self::schema(&fields);
    let mut payload = vec![0xff; 30_000];
    payload[..2].copy_from_slice(&30_000_u16.to_le_bytes());
    let (line, exact) = decode(vec![(item::SCHEMA, &schema)], &payload);
    assert!(line.contains("values of an event"), "{line}");
    assert!(!exact);
}

/// Manifests come in pieces, in any order of the buffers, and describe the provider's other events.
#[test]
fn manifests_in_pieces() {
    let xml = r#"<instrumentationManifest><instrumentation><events>
        <provider name="Made" guid="{00000001-0002-0003-0404-040404040404}">
        <events><event value="5" version="1" symbol="Five" template="T"/><event value="6" template="S"/></events>
        <templates><template tid="T"><data name="n" inType="win:UInt16"/>
        <data name="s" inType="win:UnicodeString" length="n"/><data name="d" inType="win:Double"/></template>
        <template tid="S"><struct name="x"/></template></templates>
        </provider></events></instrumentation></instrumentationManifest>"#;
    let EventId::Provider { provider, .. } = PROVIDER else { unreachable!("it is one") };
    let manifest = EventId::Provider {
        provider,
        id: 0xfffe,
        version: 1,
        channel: 0,
        level: 0,
        opcode: 0xfe,
        task: 0xfffe,
        keyword: 0,
    };
    let middle = xml.len() / 2;
    let mut writer = EtlWriter::new(Session::default()).unwrap();
    for (number, cpu, text) in [(1_u8, 0, &xml[middle..]), (0, 1, &xml[..middle])] {
        let mut payload = vec![1, 1, 0, 0x5b, 2, 0, number, 0];
        payload.extend_from_slice(text.as_bytes());
        let mut record = NewRecord::new(manifest, Session::default().start, &payload);
        record.cpu = cpu;
        writer.write(&record).unwrap();
    }
    let payload = [1, 0, b'q', 0, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f];
    writer.write(&NewRecord::new(PROVIDER, Session::default().start, &payload)).unwrap();
    let bytes = writer.finish();
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let mut decoder = Decoder::new();
    decoder.learn(&file);
    let buffers: Vec<_> = file.buffers().iter().map(|entry| file.read(entry)).collect();
    let mut records = buffers.iter().flat_map(|buffer| buffer.records()).map(Result::unwrap);
    let record = records.find(|record| record.event == PROVIDER).unwrap();
    let decoded = decoder.decode(&record);
    assert!(decoded.is_exact(), "{decoded:?}");
    assert_eq!((&*decoded.provider, &*decoded.event, decoded.source), ("Made", "Five", Source::File));
    assert_eq!(decoded.text("s").unwrap(), "q");
    assert_eq!(decoded.get("d").unwrap().to_string(), "1.5");
}

#[test]
fn bare_strings() {
    let text: Vec<u8> = "started\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut writer = EtlWriter::new(Session::default()).unwrap();
    let mut record = NewRecord::new(PROVIDER, Session::default().start, &text);
    record.flags = etl_reader::EtlRecord::STRING_ONLY;
    writer.write(&record).unwrap();
    let bytes = writer.finish();
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let buffer = file.read(&file.buffers()[1]);
    let record = buffer.records().next().unwrap().unwrap();
    let decoder = Decoder::new();
    assert_eq!(decoder.decode(&record).text("String").unwrap(), "started");
}

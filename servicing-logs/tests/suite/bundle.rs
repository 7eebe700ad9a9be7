//! Bundles, cabinets, and recognising files.
use crate::common;

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use servicing_logs::bundle::{Bundle, Kind, limits, sniff};
use servicing_logs::cabinet::Cabinet;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const CBS: &str = "2024-03-12 04:10:00, Info                  CBS    Starting TiWorker initialization.\r\n";

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn cab(compression: cab::CompressionType, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = cab::CabinetBuilder::new();
    let folder = builder.add_folder(compression);
    for (name, _) in members {
        folder.add_file(*name);
    }
    let mut writer = builder.build(Cursor::new(Vec::new())).unwrap();
    let mut next = members.iter();
    while let Some(mut file) = writer.next_file().unwrap() {
        file.write_all(next.next().unwrap().1).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn told(bundle: &Bundle) -> Vec<(String, Kind)> {
    bundle.members().iter().map(|member| (member.path.clone(), member.kind)).collect()
}

#[test]
fn kinds_of_real_files() {
    for (name, kind) in [
        ("cbs-26100-container-installer-rollback.log", Kind::CbsLog),
        ("cbs-22621-hydration-errors.log", Kind::CbsLog),
        ("cbs-2025-clean-setupexecute.log", Kind::CbsLog),
        ("System.evtx", Kind::Evtx),
        ("SYSTEM-hive-win10-1709", Kind::Hive),
        ("SYSTEM-hive-corrupted", Kind::Hive),
        ("../etl/ShutdownPerfDiagLogger-18362.etl", Kind::Etl),
        ("../etl/net.4.5.2.x64-9200-compressed.etl", Kind::Etl),
        ("../etl/diaghub.kernel.1-19041.etl", Kind::Etl),
        ("../etl/Process-7600.etl", Kind::Etl),
        ("../etl/process_data_32_v3-7600.etl", Kind::Etl),
        ("../etl/WindowsUpdate-22631.etl", Kind::Etl),
        ("../etl/SelfDescribingSingleEvent-22000-compressed.etl", Kind::Etl),
        ("../pml/empty-0-events.PML", Kind::Pml),
        ("../pml/Noriben-v7-xp32.PML", Kind::Pml),
        ("../pml/Noriben-v7-xp32.csv", Kind::ProcmonCsv),
        ("../pml/LogfileTests64bitUTC.csv", Kind::ProcmonCsv),
    ] {
        let Some(data) = common::real(name) else { return };
        assert_eq!(sniff(&data), kind, "{name}");
    }
}

/// Changes two bytes at `offset` after every header that begins with `signature`.
fn patch(zip: &mut [u8], signature: &[u8; 4], offset: usize, value: u16) {
    let found: Vec<usize> = (0..zip.len() - 4).filter(|at| zip[*at..].starts_with(signature)).collect();
    for at in found {
        zip[at + offset..at + offset + 2].copy_from_slice(&value.to_le_bytes());
    }
}

/// Explorer writes Deflate64 for members above 2 GB. A stream without matches of 258 bytes is the same in both.
#[test]
fn a_deflate64_member_is_read() {
    let mut bytes = zip(&[("CBS.log", CBS.as_bytes())]);
    patch(&mut bytes, b"PK\x03\x04", 8, 9);
    patch(&mut bytes, b"PK\x01\x02", 10, 9);
    let bundle = Bundle::of_bytes("case.zip", bytes);
    assert_eq!(told(&bundle), [("case.zip/CBS.log".to_owned(), Kind::CbsLog)]);
    assert_eq!(&*bundle.read(&bundle.members()[0]).unwrap().bytes, CBS.as_bytes());
}

#[test]
fn a_locked_member_is_named() {
    let mut bytes = zip(&[("Logs/CBS.log", CBS.as_bytes())]);
    patch(&mut bytes, b"PK\x03\x04", 6, 1);
    patch(&mut bytes, b"PK\x01\x02", 8, 1);
    let bundle = Bundle::of_bytes("case.zip", bytes);
    assert_eq!(bundle.members().len(), 0);
    let [problem] = bundle.problems() else { panic!("{:?}", bundle.problems()) };
    assert_eq!((problem.path.as_str(), problem.error.name()), ("case.zip/Logs/CBS.log", "locked"));
}

#[test]
fn archives_and_images_that_are_not_opened_are_named() {
    let mut tar = vec![0; 512];
    tar[..7].copy_from_slice(b"CBS.log");
    tar[257..262].copy_from_slice(b"ustar");
    for (head, name) in [
        (b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), "7-Zip archive"),
        (b"Rar!\x1A\x07\x01\0".to_vec(), "RAR archive"),
        (b"\x1F\x8B\x08\0".to_vec(), "gzip file"),
        (b"\xFD7zXZ\0\0\x04".to_vec(), "xz file"),
        (tar, "tar archive"),
        (b"MSWIM\0\0\0\xD0".to_vec(), "WIM image"),
    ] {
        assert_eq!(sniff(&head), Kind::Packed(name));
    }
}

#[test]
fn kinds_of_logs_with_the_lines_of_cbs_log() {
    let line = |component: &str| format!("2024-03-28 11:52:20, Info                  {component}  text\r\n");
    let log = |components: &[&str]| components.iter().map(|c| line(c)).collect::<String>();
    for (components, kind) in [
        (&["MOUPG ", "SP    ", "CONX  "][..], Kind::WindowsSetupLog),
        (&["MOUPG ", "CBS   ", "IBSLIB"], Kind::WindowsSetupLog),
        (&["CBS   ", "CSI   ", "WER   "], Kind::CbsLog),
        (&["DISM  ", "CBS   ", "DISM  "], Kind::DismLog),
        (&["DPX   "], Kind::CbsLog),
    ] {
        assert_eq!(sniff(log(components).as_bytes()), kind, "{components:?}");
    }
    let failed = "\r\nHerramienta Administraci\u{a2}n y mantenimiento\r\nVersi\u{a2}n: 10.0.20348.681\r\n\r\nError: 0x800f0950\r\n";
    assert_eq!(sniff(failed.as_bytes()), Kind::DismOutput);
    assert_eq!(sniff(b"Version: 10.0.20348.681\r\nbuilt by make\r\n"), Kind::Text);
    let undecoded = "2017/02/03 10:00:00.0 1 2 Unknown Unknown( 10): GUID=638e22b1-a858-3f40-8a43-af2c2ff651a4 (No Format Information found).\r\n";
    assert_eq!(sniff(undecoded.as_bytes()), Kind::UndecodedTrace);
}

#[test]
fn kinds_of_made_files() {
    let utf16 = |text: &str| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let list = "Package Identity : Package_for_KB5005112~31bf3856ad364e35~amd64~~17763.2111.1.0\r\nState : Installed\r\n";
    let mut log1 = vec![0; 512];
    log1[..4].copy_from_slice(b"regf");
    log1[0x1C] = 6;
    let mut pmb = Vec::new();
    for sequence in 0..4u8 {
        let mut record = vec![0u8; 0x34];
        record[8] = 3;
        record[16] = sequence;
        record[0x1C..0x24].copy_from_slice(&133_000_000_000_000_000u64.to_le_bytes());
        record[0x28] = 2;
        record[0x2C] = 4;
        record.extend([0; 2 * 8 + 4]);
        pmb.extend(record);
    }
    let cases: Vec<(Vec<u8>, Kind)> = vec![
        (vec![], Kind::Empty),
        (log1, Kind::HiveLog),
        (pmb, Kind::Pmb),
        (
            utf16("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n"),
            Kind::RegExport,
        ),
        (b"REGEDIT4\r\n".to_vec(), Kind::RegExport),
        (utf16(list), Kind::PackageList),
        (list.into(), Kind::PackageList),
        (b"2023-05-17 08:44:05, Info                  DISM   PID=8420 x\r\n".to_vec(), Kind::DismLog),
        (b"[Device Install Log]\r\n     OS Version = 10.0.18362\r\n".to_vec(), Kind::SetupApiLog),
        (b"1d988d8e5214400: 832, c0000034, 1c2, 0, HardLinkFile ;a, b\r\n".to_vec(), Kind::PoqexecLog),
        (b"<?xml version='1.0'?>\n<!-- x --><PendingTransaction Version=\"3.1\">".to_vec(), Kind::PendingXml),
        (utf16("<?xml version='1.0'?><Sessions><Session/></Sessions>"), Kind::SessionsXml),
        (b"<?xml version=\"1.0\"?><procmon><processlist>".to_vec(), Kind::ProcmonXml),
        (b"<html></html>".to_vec(), Kind::Xml),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".to_vec(),
            Kind::GitLfsPointer,
        ),
        (b"hello\n".to_vec(), Kind::Text),
        (vec![0, 1, 2, 3, 255, 254], Kind::Unknown),
    ];
    for (data, kind) in cases {
        assert_eq!(sniff(&data), kind, "{}", String::from_utf8_lossy(&data));
    }
}

#[test]
fn cabinets_of_both_packings() {
    let big: Vec<u8> = CBS.repeat(3000).into_bytes();
    let noise = common::Random(7).bytes(70_000);
    let members: [(&str, &[u8]); 4] =
        [("a.log", b"first"), ("logs\\big.log", &big), ("noise", &noise), ("z", b"")];
    for compression in [cab::CompressionType::None, cab::CompressionType::MsZip] {
        let data = cab(compression, &members);
        let cabinet = Cabinet::open(&data).unwrap();
        assert_eq!(cabinet.files().len(), 4);
        for (file, (name, bytes)) in cabinet.files().iter().zip(members) {
            let unpacked = cabinet.unpack(file, u64::MAX).unwrap();
            assert_eq!((&*file.name, unpacked.bytes.as_slice()), (name, bytes));
            assert!(unpacked.stopped.is_none());
        }
        let heads: Vec<Vec<u8>> =
            cabinet.heads(100, u64::MAX).into_iter().map(|head| head.unwrap().bytes).collect();
        let expected: Vec<Vec<u8>> =
            members.iter().map(|(_, bytes)| bytes[..bytes.len().min(100)].to_vec()).collect();
        assert_eq!(heads, expected);
        let part = cabinet.unpack(&cabinet.files()[1], 1000).unwrap();
        assert_eq!((part.bytes.as_slice(), part.stopped.unwrap().name()), (&big[..1000], "too-large"));
    }
}

/// A folder of one LZX block that is stored, and the same with a window no cabinet has.
#[test]
fn lzx_cabinet() {
    let block = [
        0x00, 0x30, 0x30, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, b'a',
        b'b', b'c', 0x00,
    ];
    let mut data = cab(cab::CompressionType::None, &[("x.log", &block)]);
    let folder = 36;
    data[folder + 6..folder + 8].copy_from_slice(&0x0F03u16.to_le_bytes());
    let at = u32::from_le_bytes(data[folder..folder + 4].try_into().unwrap()) as usize;
    data[at + 6] = 3;
    let file = u32::from_le_bytes(data[16..20].try_into().unwrap()) as usize;
    data[file] = 3;
    let cabinet = Cabinet::open(&data).unwrap();
    assert_eq!(cabinet.unpack(&cabinet.files()[0], 100).unwrap().bytes, b"abc");
    data[folder + 7] = 0x1F;
    let cabinet = Cabinet::open(&data).unwrap();
    assert_eq!(cabinet.unpack(&cabinet.files()[0], 100).unwrap_err().name(), "invalid");
}

#[test]
fn a_damaged_cabinet_gives_its_first_bytes() {
    let text = CBS.repeat(3000);
    let mut data = cab(cab::CompressionType::MsZip, &[("CbsPersist_20240312.log", text.as_bytes())]);
    let length = data.len();
    data.truncate(length * 2 / 3);
    let bundle = Bundle::of_bytes("CbsPersist_20240312.cab", data);
    assert_eq!(told(&bundle), [("CbsPersist_20240312.cab/CbsPersist_20240312.log".to_owned(), Kind::CbsLog)]);
    let read = bundle.read(&bundle.members()[0]).unwrap();
    assert!(read.bytes.len() > 32_000 && text.as_bytes().starts_with(&read.bytes));
    assert_eq!(read.stopped.unwrap().name(), "container");
}

/// Members side by side in a case: a folder with logs, a collector's zip with cabinets, a zip in a zip.
#[test]
fn a_folder_with_archives() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bundle-a");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("Logs")).unwrap();
    fs::write(folder.join("Logs/CBS.log"), CBS).unwrap();
    fs::write(folder.join("empty.txt"), "").unwrap();
    let persist = cab(cab::CompressionType::MsZip, &[("CbsPersist_1.log", CBS.as_bytes())]);
    let inner = zip(&[("pending.xml", b"<PendingTransaction Version=\"3.1\"/>")]);
    let members: [(&str, &[u8]); 5] = [
        ("..\\..\\Windows\\evil.log", CBS.as_bytes()),
        ("/etc/passwd", b"root"),
        ("C:\\x\\cbs\\CbsPersist_1.cab", &persist),
        ("inner.zip", &inner),
        ("broken.zip", b"PK\x03\x04 and no more"),
    ];
    fs::write(folder.join("tss.zip"), zip(&members)).unwrap();
    let missing = folder.join("missing");
    let bundle = Bundle::open([folder.clone(), missing]);
    let expected = [
        ("bundle-a/Logs/CBS.log", Kind::CbsLog),
        ("bundle-a/empty.txt", Kind::Empty),
        ("bundle-a/tss.zip/Windows/evil.log", Kind::CbsLog),
        ("bundle-a/tss.zip/etc/passwd", Kind::Text),
        ("bundle-a/tss.zip/x/cbs/CbsPersist_1.cab/CbsPersist_1.log", Kind::CbsLog),
        ("bundle-a/tss.zip/inner.zip/pending.xml", Kind::PendingXml),
    ];
    assert_eq!(told(&bundle), expected.map(|(path, kind)| (path.to_owned(), kind)));
    let problems: Vec<_> =
        bundle.problems().iter().map(|problem| (&*problem.path, problem.error.name())).collect();
    assert_eq!(problems, [("bundle-a/tss.zip/broken.zip", "container"), ("missing", "io")]);
    for member in bundle.members() {
        let read = bundle.read(member).unwrap();
        assert!(read.stopped.is_none());
        assert_eq!(read.bytes.len() as u64, member.size, "{}", member.path);
    }
    assert!(!folder.join("Windows").exists() && !folder.join("../Windows").exists());
    // Windows keeps a mapped file.
    drop(bundle);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn archives_nested_too_deep() {
    let mut data = zip(&[("CBS.log", CBS.as_bytes())]);
    for _ in 1..limits::MAX_ARCHIVE_DEPTH {
        data = zip(&[("next.zip", &data)]);
    }
    assert_eq!(Bundle::of_bytes("a.zip", data.clone()).members().len(), 1);
    let bundle = Bundle::of_bytes("a.zip", zip(&[("next.zip", &data)]));
    assert_eq!((bundle.members().len(), bundle.problems().len()), (0, 1));
    assert_eq!(bundle.problems()[0].error.name(), "too-large");
}

/// A member of zeros packs a thousand times. It is cut, because no log has such a ratio.
#[test]
fn a_member_that_unpacks_to_too_much() {
    let zeros = vec![0u8; usize::try_from(limits::RATIO_FREE_BYTES).unwrap() + 1_000_000];
    let bundle = Bundle::of_bytes("bomb.zip", zip(&[("zeros", &zeros), ("CBS.log", CBS.as_bytes())]));
    assert_eq!(bundle.members().len(), 2);
    let read = bundle.read(&bundle.members()[0]).unwrap();
    assert_eq!(
        (read.bytes.len() as u64, read.stopped.unwrap().name()),
        (limits::RATIO_FREE_BYTES, "too-large")
    );
    assert!(bundle.read(&bundle.members()[1]).unwrap().stopped.is_none());
}

fn read_all(data: &[u8]) {
    let bundle = Bundle::of_bytes("x", data.to_vec());
    for member in bundle.members() {
        let _ = bundle.read(member);
    }
    let _ = sniff(data);
}

#[test]
fn any_bytes_are_read() {
    let persist = cab(cab::CompressionType::MsZip, &[("a.log", CBS.repeat(50).as_bytes()), ("b", b"b")]);
    common::damaged(&persist, 61, read_all);
    common::damaged(&zip(&[("CBS.log", CBS.as_bytes()), ("x.cab", &persist)]), 62, read_all);
    let mut lzx = cab(cab::CompressionType::None, &[("x.log", &common::Random(3).bytes(40_000))]);
    lzx[42..44].copy_from_slice(&0x1503u16.to_le_bytes());
    common::damaged(&lzx, 63, read_all);
    common::damaged(&cab(cab::CompressionType::None, &[("x", b"y")]), 64, |data| {
        let mut data = data.to_vec();
        if data.len() > 4 {
            data[..4].copy_from_slice(b"MSCF");
        }
        read_all(&data);
    });
}

/// A folder in memory gives the members, order and problems of the same folder on the disk.
#[test]
fn files_in_memory_are_members_as_on_the_disk() {
    let disk = tempfile::tempdir().unwrap();
    let nested = zip(&[("Logs/CBS.log", CBS.as_bytes())]);
    let files: [(&str, &[u8]); 5] = [
        ("case/d.log", CBS.as_bytes()),
        ("case/a/z.log", CBS.as_bytes()),
        ("case/a.zip", &nested),
        ("case/a/empty", b""),
        ("case/B.log", CBS.as_bytes()),
    ];
    for (path, bytes) in files {
        let path = disk.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let opened = Bundle::open([disk.path().join("case")]);
    let mut in_memory: Vec<_> =
        files.into_iter().map(|(path, bytes)| (path.to_owned(), Ok(bytes.to_vec()))).collect();
    in_memory.push(("gone.pml".to_owned(), Err(std::io::Error::other("it was moved"))));
    let bundle = Bundle::of_files(in_memory);
    assert_eq!(bundle.members().len(), 5);
    assert_eq!(told(&bundle), told(&opened));
    let [problem] = bundle.problems() else { panic!("{:?}", bundle.problems()) };
    assert_eq!((problem.path.as_str(), problem.error.name()), ("gone.pml", "io"));
}

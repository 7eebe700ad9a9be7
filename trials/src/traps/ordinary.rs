//! Results that look like failures and are ordinary. The thread meets each of them and goes on.

use anyhow::Result;
use pml_reader::write::encode::Value;
use sample_traces::Rng;

use super::acts::{
    ACCESS_DENIED, CANNOT_DELETE, Hand, MILLISECOND, NAME_COLLISION, NAME_NOT_FOUND, Open, PATH_NOT_FOUND,
    SHARING_VIOLATION, SUCCESS,
};

/// A kind of ordinary result: its name, and how it is met.
pub(crate) type Ordinary = (&'static str, fn(&mut Hand<'_>, &str) -> Result<()>);

const KEY_ALL: u32 = 0xF_003F;
const KEY_READ: u32 = 0x2_0019;

/// The kinds. The text is a name that is new each time.
pub(crate) const ORDINARY: &[Ordinary] = &[
    ("folder that exists", |hand, name| {
        let folder = format!(r"C:\Windows\WinSxS\Temp\InFlight\{}", &name[..2]);
        hand.open(&folder, Open::FOLDER, NAME_COLLISION)?;
        hand.open(&folder, Open::ATTRIBUTES, SUCCESS)?;
        hand.close(&folder)
    }),
    ("file that exists", |hand, name| {
        let file = format!(r"C:\Windows\CbsTemp\{name}.mum");
        hand.open(&file, Open::CREATE, NAME_COLLISION)?;
        hand.save(&file)
    }),
    ("component key", |hand, name| {
        let key = format!(r"HKLM\COMPONENTS\DerivedData\Components\amd64_microsoft-windows-{name}_none");
        hand.open_key(&key, KEY_READ, NAME_NOT_FOUND)
    }),
    ("component key to be written", |hand, name| {
        let key = format!(r"HKLM\COMPONENTS\DerivedData\VersionedIndex\10.0\ComponentFamilies\{name}");
        hand.open_key(&key, KEY_ALL, NAME_NOT_FOUND)
    }),
    ("loaded hive", |hand, name| {
        let hive = match name.bytes().next().unwrap_or_default() & 3 {
            0 => "COMPONENTS",
            1 => "SOFTWARE",
            2 => "SYSTEM",
            _ => "DRIVERS",
        };
        for end in ["", ".LOG1", ".LOG2"] {
            hand.open(&format!(r"C:\Windows\System32\config\{hive}{end}"), Open::READ, SHARING_VIOLATION)?;
        }
        Ok(())
    }),
    ("delete cured by a rename", |hand, name| {
        let file = format!(r"C:\Windows\System32\{name}.dll");
        hand.delete(&file, CANNOT_DELETE)?;
        hand.rename(&file, &format!(r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.{name}.0"), SUCCESS)
    }),
    ("value that was not there", |hand, name| {
        let key = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing";
        hand.delete_value(&format!(r"{key}\Packages\{name}\Trusted"), NAME_NOT_FOUND)
    }),
    ("delete access, then a read", |hand, name| {
        let file = format!(r"C:\Windows\servicing\Packages\Package_{name}.cat");
        hand.open(&file, Open::DELETE, ACCESS_DENIED)?;
        hand.open(&file, Open::READ, SUCCESS)?;
        hand.close(&file)
    }),
    ("all access, then a read", |hand, name| {
        let key = format!(r"HKLM\Software\Microsoft\Windows\CurrentVersion\SideBySide\Winners\{name}");
        hand.open_key(&key, KEY_ALL, ACCESS_DENIED)?;
        hand.open_key(&key, KEY_READ, SUCCESS)
    }),
    ("folder made when it is missing", |hand, name| {
        let folder = format!(r"C:\Windows\WinSxS\Temp\InFlight\{name}");
        hand.open(&format!(r"{folder}\file.dll"), Open::CREATE, PATH_NOT_FOUND)?;
        hand.open(&folder, Open::FOLDER, SUCCESS)?;
        hand.save(&format!(r"{folder}\file.dll"))
    }),
    ("retried until it is free", |hand, name| {
        let file = format!(r"C:\Windows\System32\{name}.sys");
        for _ in 0..3 {
            hand.open(&file, Open::WRITE, SHARING_VIOLATION)?;
            hand.now += MILLISECOND;
        }
        hand.save(&file)
    }),
    ("rename over what exists", |hand, name| {
        let (from, to) =
            (format!(r"C:\Windows\WinSxS\Temp\{name}"), format!(r"C:\Windows\WinSxS\Catalogs\{name}.cat"));
        hand.rename(&from, &to, NAME_COLLISION)?;
        hand.delete(&to, SUCCESS)?;
        hand.rename(&from, &to, SUCCESS)
    }),
    ("denied catalog of another product", |hand, name| {
        let file =
            format!(r"C:\Windows\System32\CatRoot\{{F750E6C3-38EE-11D1-85E5-00C04FC295EE}}\{name}.cat");
        hand.open(&file, Open::WRITE, ACCESS_DENIED)
    }),
    ("value that servicing asks for", |hand, name| {
        hand.query_value(&format!(r"HKLM\COMPONENTS\CanonicalData\Deployments\{name}\OCF"), None)?;
        hand.query_value(
            &format!(r"HKLM\COMPONENTS\CanonicalData\Deployments\{name}\appid"),
            Some(Value::Dword(1)),
        )
    }),
    ("store file of an older version", |hand, name| {
        let file = format!(r"C:\Windows\WinSxS\amd64_microsoft-windows-{name}_none\file.dll");
        hand.open(&file, Open::READ, PATH_NOT_FOUND)
    }),
];

/// Meets kinds of ordinary results, each as often as the seed says; between them the work goes on.
pub(crate) fn storm(hand: &mut Hand<'_>, rng: &mut Rng, most: u64) -> Result<()> {
    for _ in 0..rng.between(3, 8) {
        let (_, meet) = rng.pick(ORDINARY);
        for _ in 0..rng.between(1, most) {
            meet(hand, &rng.hash())?;
            if rng.below(3) == 0 {
                hand.work(rng)?;
            }
        }
    }
    hand.work(rng)
}

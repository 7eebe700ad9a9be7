//! Errors that servicing seldom meets and can do without. Nothing in the trace makes up for them.

use anyhow::Result;
use pml_reader::write::encode::Value;
use sample_traces::Rng;
use status_codes::status::{
    CANNOT_DELETE, DELETE_PENDING, DIRECTORY_NOT_EMPTY, FILE_CORRUPT_ERROR, INVALID_PARAMETER, KEY_DELETED,
    MEDIA_WRITE_PROTECTED, OBJECT_TYPE_MISMATCH, PRIVILEGE_NOT_HELD, TRANSACTION_NOT_ACTIVE,
    TRANSACTIONAL_CONFLICT, USER_MAPPED_FILE, VIRUS_INFECTED,
};

use super::acts::{ACCESS_DENIED, Hand, NAME_COLLISION, NAME_NOT_FOUND, Open, SHARING_VIOLATION, SUCCESS};

/// An operation on a path that ends with a status.
type Act = fn(&mut Hand<'_>, &str, u32) -> Result<()>;

/// A kind of error.
#[derive(Debug)]
pub(crate) struct Unusual {
    /// What it is, in a few words.
    pub(crate) what: &'static str,
    /// The path. A name that is new each time takes the place of `{}`.
    path: &'static str,
    act: Act,
    /// What it ends with, one of these.
    statuses: &'static [u32],
    /// Whether it changes something, so that another process can do it instead.
    is_change: bool,
}

/// An error with its object.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) what: &'static str,
    pub(crate) path: String,
    pub(crate) status: u32,
    act: Act,
}

impl Met {
    /// Meets the error.
    pub(crate) fn meet(&self, hand: &mut Hand<'_>) -> Result<()> {
        (self.act)(hand, &self.path, self.status)
    }

    /// Does the same with success.
    pub(crate) fn succeed(&self, hand: &mut Hand<'_>) -> Result<()> {
        (self.act)(hand, &self.path, SUCCESS)
    }
}

const WRITE: Act = |hand, path, status| hand.open(path, Open::WRITE, status);
const DELETE: Act = |hand, path, status| hand.delete(path, status);
const OPEN_KEY: Act = |hand, path, status| hand.open_key(path, 0xF_003F, status);
const CREATE_KEY: Act = |hand, path, status| hand.create_key(path, 0xF_003F, status);
const SET_VALUE: Act = |hand, path, status| hand.set_value(path, Value::Dword(1), status);

const fn change(what: &'static str, path: &'static str, act: Act, statuses: &'static [u32]) -> Unusual {
    Unusual { what, path, act, statuses, is_change: true }
}

const fn lookup(what: &'static str, path: &'static str, act: Act) -> Unusual {
    Unusual { what, path, act, statuses: &[NAME_NOT_FOUND], is_change: false }
}

/// All kinds.
const KINDS: &[Unusual] = &[
    change(
        "an owner that cannot be set",
        r"C:\Windows\System32\wbem\{}.dll",
        |hand, path, status| hand.set_security(path, status),
        &[PRIVILEGE_NOT_HELD, ACCESS_DENIED],
    ),
    change(
        "a package that is about to vanish",
        r"C:\Windows\servicing\Packages\Package_{}.mum",
        |hand, path, status| hand.open(path, Open::DELETE, status),
        &[DELETE_PENDING],
    ),
    change(
        "a folder that cannot be moved",
        r"C:\Windows\WinSxS\Temp\InFlight\{}",
        |hand, path, status| hand.rename(path, &format!("{path}.old"), status),
        &[DIRECTORY_NOT_EMPTY, ACCESS_DENIED],
    ),
    change(
        "a file that cannot be deleted",
        r"C:\Windows\System32\migration\{}.dll",
        DELETE,
        &[CANNOT_DELETE],
    ),
    change(
        "a disk that is write-protected",
        r"D:\Recovery\WindowsRE\{}.xml",
        WRITE,
        &[MEDIA_WRITE_PROTECTED],
    ),
    change(
        "a second name that is taken",
        r"C:\Windows\System32\ras\{}.inf",
        |hand, path, status| hand.link(path, &format!("{path}.link"), status),
        &[NAME_COLLISION],
    ),
    change(
        "a value of a deleted key",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\{}\Level",
        SET_VALUE,
        &[KEY_DELETED, ACCESS_DENIED],
    ),
    change(
        "a value outside of its transaction",
        r"HKLM\SOFTWARE\Classes\Interface\{}\NumMethods",
        SET_VALUE,
        &[TRANSACTION_NOT_ACTIVE, TRANSACTIONAL_CONFLICT],
    ),
    change(
        "a key that is refused",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Diagnostics\{}",
        CREATE_KEY,
        &[ACCESS_DENIED],
    ),
    change(
        "a file that is refused",
        r"C:\Windows\System32\oobe\{}.exe",
        WRITE,
        &[ACCESS_DENIED, SHARING_VIOLATION, USER_MAPPED_FILE, INVALID_PARAMETER, VIRUS_INFECTED],
    ),
    change("a damaged file", r"C:\Windows\Media\{}.dat", WRITE, &[FILE_CORRUPT_ERROR, OBJECT_TYPE_MISMATCH]),
    lookup("a service that is not there", r"HKLM\System\CurrentControlSet\Services\{}", OPEN_KEY),
    lookup("a component that is not there", r"HKLM\COMPONENTS\DerivedData\Components\{}", OPEN_KEY),
    lookup("a profile that is not there", r"C:\Users\{}\NTUSER.DAT", |hand, path, status| {
        hand.open(path, Open::READ, status)
    }),
    lookup(
        "a driver that is not there",
        r"C:\Windows\System32\DriverStore\FileRepository\{}.inf_amd64_0011223344556677\{}.inf",
        |hand, path, status| hand.open(path, Open::READ, status),
    ),
];

/// One of all errors.
pub(crate) fn any(rng: &mut Rng) -> Met {
    pick(rng, |_| true)
}

/// One of those at a change.
pub(crate) fn refused(rng: &mut Rng) -> Met {
    pick(rng, |kind| kind.is_change)
}

fn pick(rng: &mut Rng, fits: fn(&Unusual) -> bool) -> Met {
    let kinds: Vec<&Unusual> = KINDS.iter().filter(|kind| fits(kind)).collect();
    let kind = rng.pick(&kinds);
    let path = kind.path.replace("{}", &rng.hash());
    Met { what: kind.what, path, status: rng.pick(kind.statuses), act: kind.act }
}

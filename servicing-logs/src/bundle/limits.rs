//! How much a bundle may ask for. Each limit names the largest real value that was known when it was set.

/// Archives inside archives that are opened. Collectors put cabinets into a zip, and people zip that: three.
pub const MAX_ARCHIVE_DEPTH: usize = 6;

/// Folders inside folders that are entered. A collector's folders are four deep; a copy of WinSxS some ten.
pub const MAX_FOLDER_DEPTH: usize = 64;

/// Files and members listed. A copied Windows\Logs folder has some hundreds.
pub const MAX_MEMBERS: usize = 50_000;

/// Bytes one member may unpack to. A boot log of Process Monitor of a slow machine has several GB.
pub const MAX_MEMBER_BYTES: u64 = 16 << 30;

/// Bytes of an archive inside another, which is held in memory. Cabinets of CbsPersist logs have a few MB.
pub const MAX_NESTED_BYTES: u64 = 2 << 30;

/// Bytes unpacked while the members are listed: the head of each, and archives inside archives.
pub const MAX_LISTING_BYTES: u64 = 8 << 30;

/// Bytes unpacked from one bundle over its life. They include bytes of cabinets that are unpacked to reach a later
/// file.
pub const MAX_UNPACKED_BYTES: u64 = 256 << 30;

/// How many times its packed size a member may have, once it is larger than [`RATIO_FREE_BYTES`]. Of the real files
/// at hand CBS.log packs best, 26 times; a file of zeros packs 1,000 times.
pub const MAX_RATIO: u64 = 300;

/// Bytes up to which the ratio of a member does not matter.
pub const RATIO_FREE_BYTES: u64 = 64 << 20;

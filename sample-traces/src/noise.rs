//! What goes on beside an update: profiling rows, probing for files and values that are missing, scans by the
//! third-party product, lazy writes. It is spread over the whole trace.

use pml_reader::{
    TICKS_PER_SECOND,
    write::encode::{
        FileOperation as F, KeyInformation, ProfilingEvent, RegistryOperation as R, Transfer, Value,
    },
};

use crate::{
    data::{SERVICES, Service},
    recorder::{Actor, Recorder},
    status::{self, SUCCESS},
    verbs::{KEY_READ, Open},
};

/// One kind of noise, told by a thread.
type Kind = fn(&mut Recorder, Actor);

/// Kinds of noise and how often each comes.
const KINDS: &[(u64, Kind)] = &[
    (30, profile),
    (12, image_options),
    (10, missing_library),
    (10, query_names),
    (8, service_start),
    (8, scan),
    (6, lazy_write),
    (5, policy),
    (4, overflow),
    (4, hash_lookup),
    (3, thread),
];

const LIBRARY_NAMES: &[&str] = &[
    "version.dll",
    "wldp.dll",
    "profapi.dll",
    "cryptbase.dll",
    "userenv.dll",
    "dbghelp.dll",
    "propsys.dll",
    "edputil.dll",
    "tbs.dll",
];
const FILES: &[&str] = &[
    r"C:\Windows\System32\en-US\svchost.exe.mui",
    r"C:\Windows\Globalization\Sorting\SortDefault.nls",
    r"C:\Windows\System32\catroot2\edb.log",
    r"C:\ProgramData\Microsoft\Windows\AppRepository\StateRepository-Machine.srd",
    r"C:\Windows\System32\wbem\Repository\INDEX.BTR",
    r"C:\Windows\System32\winevt\Logs\System.evtx",
    r"C:\Windows\System32\drivers\etc\hosts",
    r"C:\Windows\System32\config\SOFTWARE.LOG1",
];
/// Services that others look for.
const ASKED_FOR: &[Service] = SERVICES.split_at(8).0;
const POLICIES: &[(&str, &str)] = &[
    (r"HKLM\Software\Policies\Microsoft\Windows\System", "DisableCMD"),
    (r"HKLM\Software\Policies\Microsoft\SystemCertificates", "DisableRootAutoUpdate"),
    (r"HKLM\System\CurrentControlSet\Control\Lsa", "FipsAlgorithmPolicy"),
    (r"HKLM\Software\Microsoft\Rpc", "MaxRpcSize"),
    (r"HKLM\System\CurrentControlSet\Control\SafeBoot\Option", "OptionValue"),
];

/// Adds about `rows` events at times of the trace, by processes that run then.
pub(crate) fn scatter(r: &mut Recorder, rows: u32) {
    let (start, end) = (r.machine.boot.0 + 3 * TICKS_PER_SECOND, r.now);
    let weights: u64 = KINDS.iter().map(|(weight, _)| weight).sum();
    let target = r.count() + rows as usize;
    while r.count() < target {
        let time = r.rng.between(start, end);
        let alive: Vec<usize> = r.running_at(time);
        let process = r.rng.pick(&alive);
        let actor = r.thread_of(process);
        let mut at = r.rng.below(weights);
        let kind = KINDS.iter().find(|(weight, _)| {
            let hit = at < *weight;
            at = at.saturating_sub(*weight);
            hit
        });
        if let Some((_, tell)) = kind {
            r.at(time, |r| tell(r, actor));
        }
    }
}

fn profile(r: &mut Recorder, actor: Actor) {
    let process = r.process(actor.process);
    // The last value is known; before it, time on the processors grew with time.
    let busy = process.busy / 1000 * (r.now - process.start).min(60 * TICKS_PER_SECOND)
        / (60 * TICKS_PER_SECOND)
        * 1000;
    let memory = 0x20_0000 + (r.rng.below(0x1000) << 12);
    r.profiling(
        actor.process,
        ProfilingEvent::Process {
            user: busy / 3,
            kernel: busy / 2,
            working_set: memory,
            private: memory / 2,
        },
    );
}

fn image_options(r: &mut Recorder, actor: Actor) {
    let image = r.process(actor.process).image.clone();
    let name = image.rsplit('\\').next().unwrap_or_default();
    let key =
        format!(r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\{name}");
    r.open_key(actor, &key, KEY_READ, status::NAME_NOT_FOUND);
}

fn missing_library(r: &mut Recorder, actor: Actor) {
    let image = r.process(actor.process).image.clone();
    let folder = image.rsplit_once('\\').map_or(r"C:\Windows", |(folder, _)| folder);
    let library = r.rng.pick(LIBRARY_NAMES);
    r.miss(actor, &format!(r"{folder}\{library}"), status::NAME_NOT_FOUND);
    if r.rng.below(2) == 0 {
        r.probe(actor, &format!(r"C:\Windows\System32\{library}"));
    }
}

fn query_names(r: &mut Recorder, actor: Actor) {
    let key = r.rng.pick(&[
        r"HKLM",
        r"HKLM\Software\Microsoft\Windows NT\CurrentVersion",
        r"HKLM\Software\Classes",
    ]);
    let tags = Some(KeyInformation::HandleTags(0));
    r.registry(actor, key, R::QueryKey { class: 7, length: 4, answer: tags }, SUCCESS);
    let values = Some(KeyInformation::Cached { sub_keys: 24, values: 9 });
    r.registry(actor, key, R::QueryKey { class: 4, length: 512, answer: values }, SUCCESS);
}

fn service_start(r: &mut Recorder, actor: Actor) {
    let service = r.rng.choose(ASKED_FOR);
    let key = format!(r"HKLM\System\CurrentControlSet\Services\{}", service.name);
    r.query_value(actor, &key, "Start", Some(Value::Dword(service.start)));
}

fn scan(r: &mut Recorder, actor: Actor) {
    let actor = r.actor("agent").filter(|a| r.runs(a.process)).unwrap_or(actor);
    let path = r.rng.pick(FILES);
    r.probe(actor, path);
    let bytes = 0x1000 + r.rng.below32(0x4000);
    r.read(actor, path, bytes);
}

fn lazy_write(r: &mut Recorder, _: Actor) {
    let system = r.system();
    let (path, at) = (r.rng.pick(FILES), (r.rng.below(0x400) << 12) as i64);
    let transfer = Transfer { offset: at, length: 0x1000, done: Some(0x1000), flags: 0x43, priority: 3 };
    r.file(system, path, F::Write(transfer), SUCCESS);
}

fn policy(r: &mut Recorder, actor: Actor) {
    let (key, name) = r.rng.pick(POLICIES);
    r.query_value(actor, key, name, None);
}

fn overflow(r: &mut Recorder, actor: Actor) {
    let path = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\ProductName";
    r.registry(actor, path, R::QueryValue { class: 2, length: 12, answer: None }, status::BUFFER_OVERFLOW);
    let answer = Some(Value::Sz("Windows Server 2019 Standard"));
    r.registry(actor, path, R::QueryValue { class: 2, length: 144, answer }, SUCCESS);
}

fn hash_lookup(r: &mut Recorder, actor: Actor) {
    let path = r.rng.pick(FILES);
    r.open(actor, path, Open::READ, SUCCESS);
    r.file(actor, path, F::QuerySecurity(0x7), status::BUFFER_TOO_SMALL);
    r.close(actor, path);
}

fn thread(r: &mut Recorder, actor: Actor) {
    let tid = r.new_id();
    r.process_event(actor, pml_reader::write::encode::ProcessEvent::ThreadCreate { tid });
}

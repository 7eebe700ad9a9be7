//! TrustedInstaller and TiWorker: the driver queue, the advanced installers, success or rollback.

use pml_reader::write::encode::{FileOperation as F, QueryInformation as Q, Value};

use crate::{
    boot::{Boot, PENDING, SERVICES_KEY},
    data::SERVICES,
    machine::INFS,
    plan::{Act, Fault, Installer, Stage},
    recorder::Actor,
    scenarios::{BCD_MIRROR, NGEN},
    status::{self, SUCCESS},
    verbs::{KEY_READ, Open},
};

const CBS: &str = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing";
pub(crate) const CBS_LOG: &str = r"C:\Windows\Logs\CBS\CBS.log";
const SETUPAPI_LOG: &str = r"C:\Windows\INF\setupapi.dev.log";

/// A driver of the queue.
struct DriverItem {
    inf: &'static str,
    faults: Vec<&'static Fault>,
}

impl Boot {
    /// From the start of TrustedInstaller to its end.
    pub(crate) fn startup(&mut self) {
        if let Some(service) = SERVICES.iter().find(|s| s.name == "TrustedInstaller") {
            self.start(service);
        }
        let Some(installer) = self.r.actor("trustedinstaller") else { return };
        self.r.probe(installer, CBS_LOG);
        self.r.list(installer, r"C:\Windows\Logs\CBS", "CbsPersist_*.*", &[]);
        self.r.open(installer, CBS_LOG, Open::APPEND, SUCCESS);
        self.begin_lines(installer);
        let worker = self.spawn("tiworker");
        self.r.open(worker, CBS_LOG, Open::APPEND, SUCCESS);
        self.worker_lines(worker);
        self.r.query_value(worker, CBS, "ExecuteState", Some(Value::Dword(2)));
        self.r.open_key(worker, &format!(r"{CBS}\RebootPending"), KEY_READ, SUCCESS);
        self.r.enumerate(worker, &format!(r"{CBS}\PackagesPending"), &[self.r.machine.package()]);
        self.r.probe(worker.via("wcp.dll"), PENDING);
        for name in ["StateRepository", "AppXSvc", "AppReadiness"] {
            if let Some(service) = SERVICES.iter().find(|s| s.name == name) {
                self.start(service);
            }
        }
        self.spawn("wmiprvse");
        let early = self.scenario.decisive().filter(|f| matches!(f.stage, Stage::Poq | Stage::Renames));
        match early {
            Some(fault) => {
                self.resolve_failed_lines(worker, fault.hresult);
                self.give_up(worker, fault);
            }
            None if !self.drivers(worker) => {}
            None if !self.installers(worker) => {}
            None => self.succeed(worker),
        }
        self.r.close(worker, CBS_LOG);
        self.r.exit(worker, 0);
        self.r.close(installer, CBS_LOG);
        self.r.exit(installer, 0);
        self.r.wait(2_000);
    }

    /// The driver operations queue; `false` if it failed.
    fn drivers(&mut self, worker: Actor) -> bool {
        let worker = worker.via("drupdate.dll");
        let queue = format!(r"{CBS}\DriverOperations");
        let chosen = self.r.machine.inf();
        let fault_inf = |name: &'static str| if name == "{inf}" { chosen } else { name };
        let faults: Vec<&'static Fault> =
            self.scenario.faults.iter().filter(|f| matches!(f.stage, Stage::Driver(_))).collect();
        let mut items: Vec<DriverItem> =
            INFS.iter().map(|inf| DriverItem { inf, faults: Vec::new() }).collect();
        for fault in faults {
            if let Stage::Driver(name) = fault.stage
                && let Some(item) = items.iter_mut().find(|i| i.inf == fault_inf(name))
            {
                item.faults.push(fault);
            }
        }
        // The same queue in another order on every machine.
        let turn = self.r.rng.fork("queue").place(items.len());
        items.rotate_left(turn);
        self.line(worker, "Info", "Startup: Initializing driver operations queue.");
        let waiting = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.r.query_value(worker, &queue, "Current", Some(Value::Dword(waiting)));
        for (item, n) in items.iter().zip(1u32..) {
            let key = format!(r"{queue}\{n}");
            if let Some(fault) = item.faults.iter().find(|f| matches!(f.act, Act::QueryValue(_, "Identity")))
            {
                self.failing = Some(self.r.query_value_with(worker, &key, "Identity", None, fault.status));
                self.identity_lines(worker, n, fault.hresult);
                self.driver_queue_failed(worker, fault);
                return false;
            }
            let identity = format!(
                "{}, Culture=neutral, Type=driverUpdate, Version=10.0.{}.{}",
                item.inf, self.r.machine.build, self.r.machine.next_revision
            );
            self.r.query_value(worker, &key, "Identity", Some(Value::Sz(&identity)));
        }
        let uninstall = self.scenario.uninstall;
        let helper = self.spawn("drvinst");
        self.r.read(helper, SETUPAPI_LOG, 0x1_000);
        self.r.exit(helper, 0);
        self.driver_count_lines(worker, items.len(), uninstall);
        for (item, n) in items.iter().zip(0u32..) {
            self.driver(worker, item);
            if self.failing.is_some()
                && let Some(fault) = item.faults.iter().find(|f| !f.heals)
            {
                self.driver_failed_lines(worker, n, item.inf, fault.hresult, uninstall);
                self.driver_queue_failed(worker, fault);
                return false;
            }
        }
        true
    }

    /// One operation of the queue: the driver's folder, its INF, its files, its service.
    fn driver(&mut self, worker: Actor, item: &DriverItem) {
        let folder = self.r.machine.driver_folder(item.inf);
        let stem = item.inf.trim_end_matches(".inf");
        let missing = item.faults.iter().any(|f| matches!(f.act, Act::Open(path, _) if path.contains("{repo") && f.status != status::ACCESS_DENIED));
        if !missing {
            self.r.list(
                worker,
                &folder,
                "",
                &[".", "..", item.inf, &format!("{stem}.sys"), &format!("{stem}.PNF")],
            );
            self.r.read(worker, &format!(r"{folder}\{}", item.inf), 0x6_000);
        }
        self.r.write_at(worker, SETUPAPI_LOG, 0x20_0000, 148);
        for fault in &item.faults {
            self.go_wrong(worker, fault);
        }
        if self.failing.is_some() {
            return;
        }
        self.r.query_value(worker, &format!(r"{SERVICES_KEY}\{stem}"), "Start", Some(Value::Dword(3)));
        self.r.save(worker, &format!(r"C:\Windows\System32\drivers\{stem}.sys"), 0x1_8000);
        self.r.save(worker, &format!(r"C:\Windows\INF\{}", item.inf), 0x6_000);
        let key = r"HKLM\System\DriverDatabase\DriverInfFiles";
        self.r.set_value(
            worker,
            &format!(r"{key}\{}", item.inf),
            "Active",
            Value::Sz(&format!("{}_{}", item.inf, self.r.machine.architecture())),
            SUCCESS,
        );
        self.r.wait(80);
    }

    fn driver_queue_failed(&mut self, worker: Actor, fault: &Fault) {
        self.driver_queue_failed_lines(worker, fault.hresult);
        self.give_up(worker, fault);
    }

    /// The advanced installers; `false` if one failed.
    fn installers(&mut self, worker: Actor) -> bool {
        let worker = worker.via("wcp.dll");
        self.installer_queue_lines(worker);
        let mut failed: Option<(&'static Installer, &'static Fault)> = None;
        let faults: Vec<&'static Fault> =
            self.scenario.faults.iter().filter(|f| matches!(f.stage, Stage::Installer(_))).collect();
        let mut queue: Vec<(&'static Installer, Option<&'static Fault>)> = vec![(&NGEN, None)];
        queue.extend(faults.iter().filter_map(|f| match f.stage {
            Stage::Installer(installer) => Some((installer, Some(*f))),
            _ => None,
        }));
        queue.push((&BCD_MIRROR, None));
        for ((installer, fault), n) in queue.into_iter().zip(0u32..) {
            let begun = self.r.now;
            self.installer_begin_lines(worker, installer, n);
            self.r.read(
                worker,
                &self.r.machine.fill(r"C:\Windows\WinSxS\Manifests\{arch}_microsoft-windows-update.manifest"),
                0x1_800,
            );
            // The queue's place is kept in the COMPONENTS hive; that it is written before each installer is a guess.
            self.r.set_value(worker, r"HKLM\COMPONENTS", "NextQueueEntryIndex", Value::Dword(n), SUCCESS);
            if installer.binary != worker.caller {
                self.r.load_library(worker, installer.binary);
            }
            if let Some(fault) = fault {
                self.go_wrong(worker.via(installer.binary), fault);
                if !fault.heals {
                    failed = Some((installer, fault));
                    self.installer_failed_lines(worker, installer, n, self.r.now - begun, fault.hresult);
                    // The queue goes on behind a failure.
                    continue;
                }
            }
            self.r.wait(30);
            self.installer_done_lines(worker, installer, n, self.r.now - begun);
        }
        let Some((installer, fault)) = failed else { return true };
        self.installer_summary_lines(worker, installer, fault.hresult);
        self.give_up(worker, fault);
        false
    }

    fn succeed(&mut self, worker: Actor) {
        self.r.set_value(worker, CBS, "ExecuteState", Value::Dword(0xFFFF_FFFF), SUCCESS);
        self.r.delete(worker, PENDING, SUCCESS);
        self.success_lines(worker);
    }

    /// What CBS does when an update has failed: it asks whether to report, gathers files, writes its state, goes back.
    fn give_up(&mut self, worker: Actor, fault: &Fault) {
        let worker = worker.via("CbsCore.dll");
        self.r.query_value(
            worker,
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing",
            "DisableWerReporting",
            None,
        );
        self.report_lines(worker, fault);
        for file in [
            r"C:\Windows\servicing\Sessions\Sessions.xml",
            PENDING,
            r"C:\Windows\System32\LogFiles\Scm\SCM.EVM",
        ] {
            self.r.read(worker, file, 0x2_000);
        }
        for file in [r"C:\Windows\WinSxS\pending.xml.bad", r"C:\Windows\WinSxS\poqexec.log"] {
            self.r.miss(worker, file, status::NAME_NOT_FOUND);
        }
        self.r.save(worker, r"C:\Windows\Logs\CBS\FilterList.log", 0x400);
        self.r.load_library(worker, "wer.dll");
        let reporting = r"HKLM\Software\Microsoft\Windows\Windows Error Reporting";
        self.r.query_value(worker.via("wer.dll"), reporting, "Disabled", None);
        self.r.set_value(worker, CBS, "ExecuteState", Value::Dword(0x103), SUCCESS);
        self.spawn("wermgr");
        if let Some(report) = self.r.actor("wermgr") {
            self.r.file(
                report,
                r"C:\ProgramData\Microsoft\Windows\WER\ReportQueue",
                F::Query(Q::Basic(None)),
                status::NAME_NOT_FOUND,
            );
            self.r.exit(report, 0);
        }
        self.rollback_lines(worker, fault);
        self.r.wait(700);
    }
}

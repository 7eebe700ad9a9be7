//! What to do if only logs report a failure, or about the state that they end in. It applies if no rule knows more.

use status_codes::results;
use timeline::{Health, Words};

use crate::{
    faults::{Fault, FaultKind as Kind, package_name},
    log_state::LogState,
    release::Release,
    remedy::{Remedy, RemedyKind as Does},
};

/// A row: kinds of faults and codes, either of them empty for any; what the remedy begins with; title and text in both
/// languages, the command that begins it, reference. `{}` is what failed.
type Row =
    (&'static [Kind], &'static [u32], Does, [&'static str; 2], [&'static str; 2], &'static str, &'static str);

const INSTALL: &str = "https://learn.microsoft.com/troubleshoot/windows-server/installing-updates-features-roles/troubleshoot-windows-update-issues";
const REPAIR: &str =
    "https://learn.microsoft.com/windows-hardware/manufacture/desktop/repair-a-windows-image";
const FEATURES: &str =
    "https://learn.microsoft.com/windows-hardware/manufacture/desktop/features-on-demand-v2--capabilities";

/// HRESULTs by which the component store itself says that it is incomplete.
const STORE_CODES: &[u32] = &[
    results::ERROR_SXS_ASSEMBLY_NOT_FOUND,
    results::ERROR_SXS_COMPONENT_STORE_CORRUPT,
    results::ERROR_SXS_ASSEMBLY_MISSING,
    results::ERROR_SXS_TRANSACTION_CLOSURE_INCOMPLETE,
    results::CBS_E_STORE_CORRUPTION,
    results::PSFX_E_MATCHING_BINARY_MISSING,
];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (
        &[Kind::Stack], &[], Does::Other,
        ["Install the servicing stack update that it needs first, then {}", "先安装所需的服务堆栈更新，再安装 {}"],
        [
            "Get the servicing stack update of that version, or a later one, from the Microsoft Update Catalog, install it, and install the package again.",
            "从 Microsoft 更新目录获取该版本或更新的服务堆栈更新并安装，然后重新安装该程序包。",
        ],
        "start https://www.catalog.update.microsoft.com",
        INSTALL,
    ),
    (
        &[Kind::Pending], &[], Does::Other,
        ["Restart the machine, and install again what is not installed then", "重启计算机，然后再安装仍未安装的内容"],
        ["An earlier change is finished only after a restart. Nothing is broken.", "先前的更改要在重启之后才能完成。没有损坏。"],
        "shutdown /r /t 60",
        INSTALL,
    ),
    (
        &[Kind::Manifest], &[], Does::StoreRepair,
        ["Restore {} in the component store, with a source that has it", "在组件存储中恢复 {}，并提供包含它的源"],
        [
            "The files of an update that is installed are gone from the component store. Repair it with a source of the same build (/Source), or unpack that update from the Microsoft Update Catalog and add it again. Back up first.",
            "某个已安装更新的文件已从组件存储中丢失。请使用内部版本相同的源 (/Source) 修复，或从 Microsoft 更新目录解压该更新并重新添加。请先备份。",
        ],
        r"DISM /Online /Cleanup-Image /RestoreHealth /Source:WIM:D:\sources\install.wim:1 /LimitAccess",
        REPAIR,
    ),
    (
        &[], &[results::ERROR_DISK_FULL], Does::Other,
        ["Free space on the system volume, then install again", "释放系统盘空间，然后重新安装"],
        [
            "The volume of Windows has no room for the files of the update. See what takes it, and delete or move that. A cumulative update needs several gigabytes.",
            "Windows 所在卷没有足够的空间存放更新文件。请查看占用空间的内容，再删除或移走。累积更新需要数 GB 空间。",
        ],
        "fsutil volume diskfree C:",
        INSTALL,
    ),
    (
        &[], STORE_CODES, Does::StoreRepair,
        ["Repair the component store", "修复组件存储"],
        [
            "The component store (WinSxS and the COMPONENTS hive) lacks something that this change builds on. Repair it, with a source of the same build where Windows Update does not have the files. If it stays damaged, an in-place upgrade with media of the same build repairs it.",
            "组件存储（WinSxS 与 COMPONENTS 配置单元）缺少此更改所依赖的内容。请修复；若 Windows 更新没有这些文件，请提供内部版本相同的源。若仍损坏，可用内部版本相同的安装介质就地升级来修复。",
        ],
        "DISM /Online /Cleanup-Image /RestoreHealth",
        REPAIR,
    ),
    (
        &[Kind::RegistryValue], &[], Does::Other,
        ["Compare the registry values of {} with a healthy machine of the same build", "与内部版本相同的正常计算机比较 {} 的注册表值"],
        [
            "A value under the components of this package has the wrong type. Back up the COMPONENTS and SOFTWARE hives, compare the values with a healthy machine of the same build, and put right what differs; or repair Windows by an in-place upgrade.",
            "该程序包的组件下有类型错误的值。请先备份 COMPONENTS 与 SOFTWARE 配置单元，与内部版本相同的正常计算机比较并更正差异；或用就地升级修复 Windows。",
        ],
        r#"reg query "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages""#,
        INSTALL,
    ),
    (
        &[Kind::File, Kind::Hydration], &[], Does::StoreRepair,
        ["Restore the file in the component store, with a source that has it", "在组件存储中恢复该文件，并提供包含它的源"],
        [
            "The component store lacks a file that this change needs, or has another version of it. Repair the store with a source of the same build (/Source), then install again.",
            "组件存储缺少此更改所需的文件，或其版本不同。请用内部版本相同的源 (/Source) 修复存储，然后重新安装。",
        ],
        r"DISM /Online /Cleanup-Image /RestoreHealth /Source:WIM:D:\sources\install.wim:1 /LimitAccess",
        REPAIR,
    ),
    (
        &[Kind::Download], &[], Does::Other,
        ["Let the machine reach Windows Update, or give a source for {}", "让计算机能访问 Windows 更新，或为 {} 提供源"],
        [
            "Check name resolution, proxy and the policy that names an update server (WSUS). A policy can also allow features and repairs to come from Windows Update. Or install from a local source (/Source, /LimitAccess).",
            "请检查名称解析、代理以及指定更新服务器 (WSUS) 的策略；策略也可允许功能与修复内容来自 Windows 更新。或从本地源安装 (/Source、/LimitAccess)。",
        ],
        "netsh winhttp show proxy",
        FEATURES,
    ),
    (
        &[Kind::Catalog], &[], Does::Other,
        ["Download the package again from the Microsoft Update Catalog, and see whether its catalog file can be verified", "从 Microsoft 更新目录重新下载该程序包，并检查其编录文件能否通过验证"],
        [
            "A catalog file (.cat) of the package is damaged, or its certificate is not trusted. Compare its signature with that on a healthy machine; a root certificate may be missing.",
            "该程序包的编录文件 (.cat) 已损坏，或其证书不受信任。请与正常计算机比较其签名；可能缺少根证书。",
        ],
        "start https://www.catalog.update.microsoft.com",
        INSTALL,
    ),
    (
        &[Kind::DriverQueue], &[], Does::Other,
        ["Back up, then look at HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\DriverOperations", "先备份，再检查 HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\DriverOperations"],
        [
            "An entry of the driver operations queue is incomplete. Compare with a healthy machine: an entry without its Identity value stands in the way of every change.",
            "驱动程序操作队列中有不完整的条目。请与正常计算机比较：缺少 Identity 值的条目会阻碍任何更改。",
        ],
        r#"reg query "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\DriverOperations" /s"#,
        INSTALL,
    ),
    (
        &[Kind::Store], &[], Does::Other,
        ["See whether the COMPONENTS hive can be loaded, and whether disk and memory suffice", "检查能否加载 COMPONENTS 配置单元，以及磁盘与内存是否足够"],
        [
            "Servicing cannot work without the component store. Run chkdsk /scan, look at the size of C:\\Windows\\System32\\config\\COMPONENTS, and restore it from a backup where it is damaged.",
            "没有组件存储，服务堆栈无法工作。请运行 chkdsk /scan，查看 C:\\Windows\\System32\\config\\COMPONENTS 的大小；若已损坏，请从备份恢复。",
        ],
        r"dir /a C:\Windows\System32\config\COMPONENTS*",
        REPAIR,
    ),
    (
        &[Kind::Repair], &[], Does::StoreRepair,
        ["Repair again with a source of the same build", "用内部版本相同的源再次修复"],
        [
            "The repair had no good copy of the files. Give it install.wim of the same build and language, or let it reach Windows Update.",
            "修复没有可用的文件副本。请提供内部版本与语言均相同的 install.wim，或允许其访问 Windows 更新。",
        ],
        r"DISM /Online /Cleanup-Image /RestoreHealth /Source:WIM:D:\sources\install.wim:1 /LimitAccess",
        REPAIR,
    ),
    (
        &[Kind::Device], &[], Does::Other,
        ["Read the section of that driver in setupapi.dev.log: its lines with !!! name the step", "查看 setupapi.dev.log 中该驱动的节：带 !!! 的行指明步骤"],
        [
            "No update failed by this. Look the code up, see whether the files that the INF names are beside it, and install the driver that the vendor has for this version of Windows.",
            "这不是更新失败。请查找该代码，确认 INF 所列的文件都在其旁边，并安装供应商为此 Windows 版本提供的驱动程序。",
        ],
        r#"findstr /n /c:"!!!" C:\Windows\INF\setupapi.dev.log"#,
        "https://learn.microsoft.com/windows-hardware/drivers/install/setupapi-text-logs",
    ),
    (
        &[Kind::WindowsSetup], &[], Does::Other,
        ["Read setuperr.log and run SetupDiag: both name the operation at which the upgrade stopped", "查看 setuperr.log 并运行 SetupDiag：两者会指出升级中止时的操作"],
        [
            "Look in C:\\$WINDOWS.~BT\\Sources\\Panther, and in Rollback beside it where the upgrade was taken back. Look up the code and its second part in the reference, remove what the operation names, and start the upgrade again.",
            "请查看 C:\\$WINDOWS.~BT\\Sources\\Panther；若升级已回滚，再查看其旁的 Rollback。在参考文档中查找该代码及其第二部分，移除该操作所指的内容，然后重新升级。",
        ],
        r"findstr /i error C:\$WINDOWS.~BT\Sources\Panther\setuperr.log",
        "https://learn.microsoft.com/windows/deployment/upgrade/resolve-windows-upgrade-errors",
    ),
    (
        &[Kind::Command], &[], Does::Other,
        ["Find that command in CBS.log, run it by hand as administrator, and read what it prints", "在 CBS.log 中找到该命令，以管理员身份手动运行并查看其输出"],
        [
            "The installer only starts the program. What the program prints by hand tells more than its exit code; compare its configuration with a healthy machine.",
            "安装程序只是启动该程序。手动运行时的输出比退出代码说明得更多；请与正常计算机比较其配置。",
        ],
        r#"findstr /n /c:"Calling generic command executable" C:\Windows\Logs\CBS\CBS.log"#,
        INSTALL,
    ),
];

/// What Windows Vista and 7 have for the repair of the component store, where dism cannot repair it.
#[rustfmt::skip]
const READINESS_TOOL: Row = (
    &[], &[], Does::Other,
    [
        "Run the System Update Readiness Tool (KB947821) and read what it could not repair in C:\\Windows\\Logs\\CBS\\CheckSUR.log",
        "运行系统更新准备工具 (KB947821)，并在 C:\\Windows\\Logs\\CBS\\CheckSUR.log 中查看未能修复的内容",
    ],
    [
        "This Windows has no DISM /RestoreHealth. Get the updates that the log names from the Microsoft Update Catalog, put their .msu files into C:\\Windows\\Temp\\CheckSUR\\packages (make the folder), and run the tool again: it takes the missing files from there. If damage stays, repair Windows by an in-place upgrade after a backup.",
        "此 Windows 没有 DISM /RestoreHealth。请从 Microsoft 更新目录下载日志所列的更新，将 .msu 文件放入 C:\\Windows\\Temp\\CheckSUR\\packages（需新建该文件夹），再次运行该工具，它会从中取得缺失的文件。若仍有损坏，请先备份，再用就地升级修复 Windows。",
    ],
    r#"findstr /b /c:"(f)" /c:"(fix)" C:\Windows\Logs\CBS\CheckSUR.log"#,
    "https://learn.microsoft.com/troubleshoot/windows-client/installing-updates-features-roles/errors-in-checksur-log",
);

/// Puts the readiness tool in the place of dism's repair if what is named belongs to Windows Vista or 7, or that tool wrote
/// the log.
pub(crate) fn for_older<'n>(
    remedies: &mut Vec<Remedy>,
    state: &LogState,
    mut names: impl Iterator<Item = &'n str>,
) {
    let repairs = |remedy: &Remedy| remedy.kind == Does::StoreRepair;
    let first = remedies.iter().position(repairs);
    let by_tool = state.counted.as_ref().is_some_and(|counted| counted.by_readiness_tool);
    let is_older = |name: &str| Release::of(name).is_some_and(Release::is_older);
    if let Some(first) = first.filter(|_| by_tool || names.any(is_older)) {
        remedies.insert(first, remedy(&READINESS_TOOL, ""));
        remedies.retain(|remedy| !repairs(remedy));
    }
}

/// What to do about a fault that only a log reports.
pub(crate) fn of_fault(fault: &Fault) -> Option<Remedy> {
    let code = fault.code.unwrap_or(0);
    let fits = |(kinds, codes, ..): &&Row| {
        (kinds.is_empty() || kinds.contains(&fault.kind)) && (codes.is_empty() || codes.contains(&code))
    };
    // A code of the update client is a download, whatever line tells it.
    let download = code >> 16 == 0x8024 && fault.is_online();
    let row = ROWS.iter().find(|row| if download { row.0.contains(&Kind::Download) } else { fits(row) })?;
    Some(remedy(row, package_name(&fault.item)))
}

/// Whether the code says that the component store is incomplete. Repairing it helps whatever rule holds.
pub(crate) fn is_of_store(fault: &Fault) -> bool {
    (fault.is_online() || fault.kind == Kind::Update)
        && fault.code.is_some_and(|code| STORE_CODES.contains(&code))
}

/// What to do about the state that the logs end in; `waits` if another log than CBS.log says that a restart is pending.
pub(crate) fn of_state(state: &LogState, waits: bool) -> Option<Remedy> {
    let kind = match (state.is_damaged(), waits || state.pending.is_some()) {
        (true, _) => None,
        (false, true) => Some(Kind::Pending),
        (false, false) => return None,
    };
    let row = ROWS.iter().find(|(kinds, codes, ..)| match kind {
        Some(kind) => kinds.contains(&kind),
        None => kinds.is_empty() && *codes == STORE_CODES,
    })?;
    Some(remedy(row, ""))
}

/// What to do where sfc could not check the system files.
#[rustfmt::skip]
const NOT_CHECKED: &[(Health, Row)] = &[
    (Health::NoService, (
        &[], &[], Does::Other,
        ["Find out why the service TrustedInstaller cannot be started", "查明服务 TrustedInstaller 无法启动的原因"],
        [
            "sfc works through the Windows Modules Installer, TrustedInstaller. Its start type is manual (sc config TrustedInstaller start= demand). If it does not start, look for events 7000, 7001 and 7009 of the Service Control Manager, and whether TrustedInstaller.exe is in C:\\Windows\\servicing. Offline, from the recovery environment, sfc needs /offbootdir and /offwindir.",
            "sfc 通过 Windows Modules Installer（TrustedInstaller）工作，其启动类型为手动 (sc config TrustedInstaller start= demand)。若无法启动，请查看服务控制管理器的事件 7000、7001 和 7009，以及 C:\\Windows\\servicing 中是否有 TrustedInstaller.exe。在恢复环境中脱机运行 sfc 时需要 /offbootdir 和 /offwindir。",
        ],
        "sc.exe qc TrustedInstaller",
        SFC,
    )),
    (Health::WaitsForRestart, (
        &[], &[], Does::Other,
        ["Restart the machine, and run sfc again", "重启计算机，然后再次运行 sfc"],
        ["An earlier repair is finished only after a restart. Nothing can be checked before that.", "先前的修复要在重启之后才能完成，在此之前无法检查。"],
        "shutdown /r /t 60",
        SFC,
    )),
    (Health::NotChecked, (
        &[], &[], Does::Other,
        ["Check the disk (chkdsk C: /scan), then run sfc in safe mode", "检查磁盘 (chkdsk C: /scan)，然后在安全模式下运行 sfc"],
        [
            "sfc stops where a file or a folder of the component store cannot be read. Run chkdsk C: /scan, see that C:\\Windows\\WinSxS\\Temp holds the folders PendingDeletes and PendingRenames, run sfc /scannow in safe mode, and look in CBS.log for the last line with Error before it stopped: it names the object.",
            "当组件存储中的文件或文件夹无法读取时，sfc 会停止。请运行 chkdsk C: /scan，确认 C:\\Windows\\WinSxS\\Temp 中有 PendingDeletes 和 PendingRenames 文件夹，在安全模式下运行 sfc /scannow，并在 CBS.log 中查看停止前最后一行 Error：该行指明对象。",
        ],
        "chkdsk C: /scan",
        SFC,
    )),
];

const SFC: &str = "https://support.microsoft.com/topic/use-the-system-file-checker-tool-to-repair-missing-or-corrupted-system-files-79aa86cb-ca52-166a-92a3-966e85d4094e";

/// What to do where the last check of the system files could not be made.
pub(crate) fn of_health(health: Health) -> Option<Remedy> {
    NOT_CHECKED.iter().find(|(of, _)| *of == health).map(|(_, row)| remedy(row, ""))
}

fn remedy((_, _, kind, title, text, command, reference): &Row, what: &str) -> Remedy {
    let fill = |text: &str, else_: &str| text.replace("{}", if what.is_empty() { else_ } else { what });
    Remedy {
        kind: *kind,
        rule: String::new(),
        title: Words::new(fill(title[0], "it"), fill(title[1], "其")),
        text: Words::new(text[0], text[1]),
        command: (*command).to_owned(),
        reference: (*reference).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_begins_what_the_title_says() {
        for (_, _, _, title, _, command, _) in
            ROWS.iter().chain([&READINESS_TOOL]).chain(NOT_CHECKED.iter().map(|(_, row)| row))
        {
            assert_eq!(crate::rules::strays(title[0], command), None, "{}: {command}", title[0]);
        }
    }
}

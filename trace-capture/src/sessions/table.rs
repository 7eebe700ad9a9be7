//! The sessions and their providers.
//!
//! There is a session for each kind of load, not one for all. When the file or the registry session loses events or
//! fills its file, the few events of the frame (phase, service, package) are still whole.

use super::{NO_PER_PROCESSOR_BUFFERING, Provider, SYSTEM_LOGGER_MODE, Session};
use crate::messages::Text;

/// Kernel-File's events for reads and writes.
const READ: u16 = 15;
const WRITE: u16 = 16;

/// Names processes. Every session has it, so that each file can be read by itself.
pub const PROCESS: Provider = Provider {
    name: "Microsoft-Windows-Kernel-Process",
    guid: "{22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716}",
    keywords: 0x10,
    level: 4,
    leave_out: &[],
    why: Text {
        en: "PROCESS: which program a process ID is (poqexec, TiWorker, drvinst), its parent and its exit code",
        zh: "PROCESS：进程 ID 对应的程序（poqexec、TiWorker、drvinst）、父进程和退出代码",
    },
};

/// What every capture records.
pub const STANDARD: &[Session] = &[
    Session {
        name: "bootrace-frame",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e01}",
        flags: NO_PER_PROCESSOR_BUFFERING,
        kernel_flags: 0,
        min_buffers: 32,
        max_buffers: 256,
        expected_mb: 30,
        max_file_mb: 256,
        why: Text {
            en: "the frame: phases, processes, services, packages, drivers",
            zh: "总体脉络：阶段、进程、服务、程序包、驱动程序",
        },
        providers: &[
            Provider {
                name: "Microsoft-Windows-Subsys-SMSS",
                guid: "{43e63da5-41d1-4fbf-aded-1bbed98fdd1d}",
                keywords: 0,
                level: 5,
                leave_out: &[],
                why: Text {
                    en: "brackets SetupExecute (poqexec) and the pending file renames; each FileRename is verbose",
                    zh: "标出 SetupExecute (poqexec) 和挂起的文件重命名的起止；FileRename 属于详细级别",
                },
            },
            Provider {
                name: "Microsoft-Windows-Kernel-Process",
                guid: PROCESS.guid,
                keywords: 0x50,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "PROCESS and IMAGE: process life, and which DLL was loaded where (an injected one breaks poqexec)",
                    zh: "PROCESS 和 IMAGE：进程的起止，以及 DLL 加载到哪个进程（注入的 DLL 会使 poqexec 出错）",
                },
            },
            Provider {
                name: "Microsoft-Windows-Services",
                guid: "{0063715b-eeda-4007-9429-ad526f62696e}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "state of each service over time: an installer that waits for a service that never starts",
                    zh: "各服务的状态变化：安装程序可能在等待始终没有启动的服务",
                },
            },
            Provider {
                name: "Service Control Manager",
                guid: "{555908d1-a6d7-4695-8e1e-26931d2012f4}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "service failures 7000 to 7045 on the trace's own clock",
                    zh: "服务错误，事件 ID 7000 到 7045，使用跟踪自身的时钟",
                },
            },
            Provider {
                name: "Microsoft-Windows-Servicing",
                guid: "{bd12f3b8-fc40-4a61-a307-b7a013a069c1}",
                keywords: 0,
                level: 5,
                leave_out: &[],
                why: Text {
                    en: "package states and the trail of advanced installers (event 71)",
                    zh: "程序包状态，以及高级安装程序的过程（事件 ID 71）",
                },
            },
            Provider {
                name: "Microsoft-Windows-AppXDeployment-Server",
                guid: "{3f471139-acb7-4a01-b7a7-ff5da4ba2d43}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "results of app deployments (400, 401, 404)",
                    zh: "应用部署的结果（事件 ID 400、401、404）",
                },
            },
            Provider {
                name: "Microsoft-Windows-AppReadiness",
                guid: "{f0be35f8-237b-4814-86b5-ade51192e503}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "first-logon app work and its errors", zh: "首次登录时的应用处理及其错误"
                },
            },
            Provider {
                name: "Microsoft-Windows-Kernel-PnP",
                guid: "{9c205a39-1250-487d-abd7-e831c6290539}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "drivers loaded and devices configured, with NTSTATUS",
                    zh: "驱动程序的加载和设备的配置，含 NTSTATUS",
                },
            },
            Provider {
                name: "Microsoft-Windows-UserPnp",
                guid: "{96f4a050-7e31-453c-88be-9634f4e02139}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "driver installation by drvinst and SetupAPI",
                    zh: "drvinst 和 SetupAPI 的驱动程序安装",
                },
            },
            Provider {
                name: "Microsoft-Windows-Kernel-Boot",
                guid: "{15ca44ff-4d7a-4baa-bba5-0998955e531e}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text { en: "what kind of boot it was", zh: "启动的类型" },
            },
            Provider {
                name: "Microsoft-Windows-Wininit",
                guid: "{206f6dea-d3c5-4d10-bc72-989f03c8b84b}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "start and shutdown of the session host", zh: "会话主机的启动和关闭"
                },
            },
            Provider {
                name: "Microsoft-Windows-Winlogon",
                guid: "{dbe9b383-7cf3-4331-91cc-a3cb16a3b538}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "notifications to TrustedInstaller, logon, logoff",
                    zh: "向 TrustedInstaller 的通知、登录和注销",
                },
            },
            Provider {
                name: "Microsoft-Windows-Kernel-General",
                guid: "{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "boot, shutdown, hive and clock changes: time stamps that jump",
                    zh: "启动、关机、配置单元和时钟的变化：时间戳可能跳变",
                },
            },
            Provider {
                name: "Microsoft-Windows-Kernel-EventTracing",
                guid: "{b675ec37-bdb6-4648-bc92-f3fdc74d3ca2}",
                keywords: 0,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "events lost, files full, sessions that could not start",
                    zh: "丢失的事件、写满的文件、未能启动的会话",
                },
            },
        ],
    },
    Session {
        name: "bootrace-file",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e02}",
        flags: 0,
        kernel_flags: 0,
        min_buffers: 256,
        max_buffers: 1024,
        expected_mb: 450,
        max_file_mb: 2048,
        why: Text { en: "file operations with their results", zh: "文件操作及其结果" },
        providers: &[
            Provider {
                name: "Microsoft-Windows-Kernel-File",
                guid: "{edd08927-9cc4-4e65-b970-c2560fb5c289}",
                keywords: 0x1CF0,
                level: 4,
                leave_out: &[READ, WRITE],
                why: Text {
                    en: "FILENAME, FILEIO, CREATE, CREATE_NEW_FILE, DELETE_PATH, RENAME_SETLINK_PATH, and OP_END for the NTSTATUS; FILEIO is needed for SetSecurity, and the events of reads and writes that it brings are left out",
                    zh: "FILENAME、FILEIO、CREATE、CREATE_NEW_FILE、DELETE_PATH、RENAME_SETLINK_PATH，以及给出 NTSTATUS 的 OP_END；SetSecurity 需要 FILEIO，它带来的读写事件不记录",
                },
            },
            PROCESS,
        ],
    },
    Session {
        name: "bootrace-registry",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e03}",
        flags: 0,
        kernel_flags: 0,
        min_buffers: 256,
        max_buffers: 1024,
        expected_mb: 600,
        max_file_mb: 2048,
        why: Text { en: "registry operations with their results", zh: "注册表操作及其结果" },
        providers: &[
            Provider {
                name: "Microsoft-Windows-Kernel-Registry",
                guid: "{70eb4f03-c1de-4f73-a051-33d13d5413bd}",
                keywords: 0x7744,
                level: 4,
                leave_out: &[],
                why: Text {
                    en: "SetSecurity, SetInformation, SetValue, DeleteValue, QueryValue, CreateKey, OpenKey, DeleteKey with NTSTATUS; QueryValue shows values that are missing or of a wrong type; enumerations are left out",
                    zh: "SetSecurity、SetInformation、SetValue、DeleteValue、QueryValue、CreateKey、OpenKey、DeleteKey 及其 NTSTATUS；QueryValue 显示缺失或类型错误的值；枚举不记录",
                },
            },
            PROCESS,
        ],
    },
];

/// What `--kernel` adds: classic kernel events, whose registry events name the key by handle and carry the status.
pub const KERNEL: Session = Session {
    name: "bootrace-kernel",
    guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e04}",
    flags: SYSTEM_LOGGER_MODE,
    // PROCESS, THREAD, IMAGE_LOAD, DISK_FILE_IO, REGISTRY, FILE_IO, FILE_IO_INIT (EVENT_TRACE_FLAG_*, evntrace.h)
    kernel_flags: 0x1 | 0x2 | 0x4 | 0x200 | 0x2_0000 | 0x0200_0000 | 0x0400_0000,
    min_buffers: 512,
    max_buffers: 2048,
    expected_mb: 1200,
    max_file_mb: 4096,
    why: Text {
        en: "every file, registry, process and image operation of the kernel, for what the manifest providers leave out",
        zh: "内核的全部文件、注册表、进程和映像操作，补充清单提供程序没有记录的内容",
    },
    providers: &[],
};

//! What an ETW trace lacks, and what follows from that.

use crate::{
    model::Words,
    scan::{Caveat, EtwCounts},
};

/// The caveats of a trace with these.
pub(super) fn of(met: EtwCounts) -> Vec<Caveat> {
    let lacks = |en: &str, zh: &str| {
        caveat(
            Words::new(format!("{{}} holds no {en}"), format!("{{}} 不含{zh}")),
            Words::new(format!("no {en} in this trace"), format!("此跟踪不含{zh}")),
            Words::new(
                "one that failed cannot be seen; `bootrace capture plan` shows a session that records them",
                "失败的操作看不到；`bootrace capture plan` 列出会记录它们的会话",
            ),
            true,
        )
    };
    let mut caveats = Vec::new();
    match (met.files, met.keys) {
        (0, 0) => caveats.push(lacks("file and registry operations", "文件和注册表操作")),
        (0, _) => caveats.push(lacks("file operations", "文件操作")),
        (_, 0) => caveats.push(lacks("registry operations", "注册表操作")),
        _ => {}
    }
    if met.files > 0 && met.ended == 0 {
        caveats.push(lacks("results of file operations", "文件操作的结果"));
    }
    if met.processes == 0 {
        caveats.push(caveat(
            Words::new("{} holds no starts and ends of processes", "{} 不含进程的启动与结束"),
            Words::new("no starts and ends of processes in this trace", "此跟踪不含进程的启动与结束"),
            Words::new(
                "which program did something may not be known, nor that poqexec.exe ran",
                "可能无法得知是哪个程序的操作，也无法得知 poqexec.exe 是否运行",
            ),
            false,
        ));
    }
    if met.files > 0 {
        caveats.push(Caveat {
            verdict: None,
            ..caveat(
                Words::default(),
                Words::new(
                    "ETW does not record the access that an open asks for",
                    "ETW 不记录打开文件时请求的访问权限",
                ),
                Words::new(
                    "what is done with a file tells some of it; an open that fails may have asked for anything",
                    "从对文件的后续操作可推知一部分；失败的打开可能请求了任何权限",
                ),
                false,
            )
        });
    }
    if met.files > 0 {
        caveats.push(caveat(
            Words::new(
                "{}: file events of ETW come from below antivirus and EDR filters (FileInfo, altitude 40500): what those filters \
                 deny is absent, or looks like a success; Process Monitor shows it",
                "{}：ETW 的文件事件来自防病毒与 EDR 筛选器之下（FileInfo，高度 40500）：被它们拒绝的操作不会出现，或看似成功；Process \
                 Monitor 可以看到",
            ),
            Words::new("denials by antivirus and EDR filters", "防病毒与 EDR 筛选器的拒绝"),
            Words::new(
                "an operation that such a filter denied is absent, or looks like a success; Process Monitor shows it",
                "被此类筛选器拒绝的操作不会出现，或看似成功；Process Monitor 可以看到",
            ),
            false,
        ));
    }
    if met.messages > 0 {
        let words = Words::new(
            "WPP messages, which can only be read with the symbols of the program that wrote them",
            "WPP 消息，只有使用写入程序的符号才能解读",
        );
        let consequence = Words::new("what they say is not in this report", "其内容不在本报告中");
        let count = Some(met.messages);
        caveats.push(Caveat { verdict: None, count, ..caveat(Words::default(), words, consequence, false) });
    }
    caveats
}

/// What there was no room for.
pub(super) fn let_go(count: u64) -> Caveat {
    Caveat {
        verdict: None,
        count: Some(count),
        ..caveat(
            Words::default(),
            Words::new(
                "messages of providers, the earliest in this trace",
                "提供程序的消息（此跟踪中最早的部分）",
            ),
            Words::new("only the later ones were examined", "仅检查了其后的消息"),
            false,
        )
    }
}

fn caveat(verdict: Words, what: Words, consequence: Words, hides: bool) -> Caveat {
    Caveat { verdict: Some(verdict), what, count: None, offset: None, consequence, hides }
}

//! The first line and the headline of every form.

use super::{Message, messages};

messages! {
    HEAD_UNKNOWN = "machine and update unknown", "计算机和更新未知";
    HEAD_BUILD = "Windows build {}", "Windows 内部版本 {}";
    HEAD_BOOT_UNDATED = "boot at {}, date unknown", "{} 的启动，日期未知";
    HEAD_FAILED_ON = "failed on {} at {} ({})", "失败时间 {} {} ({})";
    HEAD_BOOT = "boot of {} {} ({})", "{} {} ({}) 的启动";
    ENDED_ROLLED_BACK_AT = "rolled back at {}", "{} 已回滚";
    ENDED_ROLLED_BACK = "rolled back", "已回滚";
    ENDED_NOT_INSTALLED = "not installed", "未安装";
    ENDED_NOT_REMOVED = "not removed", "未删除";
    ENDED_PENDING = "still pending", "仍处于挂起状态";
    UPDATE_UNNAMED = "The update", "更新";
    UPDATE_CUMULATIVE = "Cumulative update {}", "累积更新 {}";
    UPDATE_SERVICING_STACK = "Servicing stack update {}", "服务堆栈更新 {}";
    UPDATE_DOT_NET = ".NET update {}", ".NET 更新 {}";
    UPDATE_OTHER = "Update {}", "更新 {}";
    HEAD_ROLLED_BACK = "{} was rolled back: {}", "{} 已回滚：{}";
    HEAD_SEEMS_ROLLED_BACK = "{} was probably rolled back: {}", "{} 可能已回滚：{}";
    HEAD_NOT_INSTALLED = "{} was not installed: {}", "{} 未能安装：{}";
    HEAD_NOT_REMOVED = "Nothing was removed: {}", "未能删除：{}";
    HEAD_PENDING = "{} is still pending: {}", "{} 仍处于挂起状态：{}";
    HEAD_FAILED = "{} failed: {}", "{} 失败：{}";
    HEAD_UNEXPLAINED = "no single operation explains it", "没有哪个操作能单独解释原因";
    HEAD_CODE = "servicing reports {}", "服务堆栈报告 {}";
    HEAD_PHASE = "the phase \"{}\" failed", "“{}”阶段失败";
    HEAD_PHASE_CODE = "the phase \"{}\" failed with {}", "“{}”阶段失败，代码 {}";
    HEAD_BECAUSE = "{}, because {}", "{}，原因：{}";
    HEAD_MAY_NOT = "{0} may not {1} {2} ({3})", "{0} 无法{1} {2}，{3}";
    HEAD_COULD_NOT = "{0} could not {1} {2} ({3})", "{0} 无法{1} {2}，{3}";
    HEAD_ENDED = "{} ended with {}", "{} 结束，退出代码 {}";
    CULPRIT_DISABLED = "the service {} is disabled (Start = 4)", "服务 {} 已禁用 (Start = 4)";
    CULPRIT_INSIDE = "{0} is loaded inside {1}", "{1} 中加载了 {0}";
    CULPRIT_HOLDER = "{} holds it open", "{} 占用了它";
    CULPRIT_NO_ANSWER = "the service {} did not answer", "服务 {} 没有响应";
    SUSPECT_HOLDER = "{} had the file open when it failed", "失败时 {} 打开着该文件";
    OBJECT_KEY = "the key {}", "注册表项 {}";
    OBJECT_VALUE = "the value {}", "注册表值 {}";
    VERB_OPEN = "open", "打开";
    VERB_READ = "read", "读取";
    VERB_WRITE = "write", "写入";
    VERB_RENAME = "rename", "重命名";
    VERB_LINK = "link", "链接";
    VERB_DELETE = "delete", "删除";
    VERB_CHANGE = "change", "更改";
    VERB_SET_SECURITY = "set the permissions of", "设置权限：";
    VERB_QUERY = "query", "查询";
    VERB_CLOSE = "close", "关闭";
    VERB_CREATE = "create", "创建";
    VERB_LOAD = "load", "加载";
    VERB_UNLOAD = "unload", "卸载";
    VERB_SET = "set", "设置";
    VERB_START = "start", "启动";
    VERB_USE = "use", "使用";
}

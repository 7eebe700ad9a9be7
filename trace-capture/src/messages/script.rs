//! What the scripts say. cmd reads these texts inside brackets and outside of them: none has a sign that cmd acts on.

use super::Text;

texts! {
    SCRIPT_KEY_THERE: "{0} is there already: run disarm.cmd first.", "{0} 已存在：请先运行 disarm.cmd。";
    SCRIPT_EARLIER:
        "{0} holds an earlier capture: run collect.cmd, then disarm.cmd.",
        "{0} 中有上一次采集的文件：请先运行 collect.cmd，再运行 disarm.cmd。";
    SCRIPT_NO_FOLDER: "{0} cannot be made: {1}.", "无法创建 {0}：{1}。";
    SCRIPT_NOT_WRITTEN: "{0} could not be written: run disarm.cmd.", "未能写入 {0}：请运行 disarm.cmd。";
    SCRIPT_NOT_DELETED: "{0} cannot be deleted: {1}.", "无法删除 {0}：{1}。";
    // Said where something fails that only administrators may do.
    SCRIPT_NO_RIGHTS:
        "open cmd with 'Run as administrator' and run this there",
        "请以管理员身份运行 cmd，再在其中运行此脚本";
    SCRIPT_ARMED:
        "Armed. Install the update, then restart: choose Restart, not Shut down. After that: collect.cmd, disarm.cmd.",
        "采集已启用。请安装更新，然后重启：选择“重启”，不要选择“关机”。之后依次运行 collect.cmd 和 disarm.cmd。";
    SCRIPT_COLLECTED:
        "Collected in %OUT%. Take the folder away, then run disarm.cmd.",
        "已收集到 %OUT%。请取走该文件夹，再运行 disarm.cmd。";
    SCRIPT_NOT_COLLECTED:
        "Not all traces could be copied: free some space, or name another folder, and run collect.cmd again.",
        "未能复制全部跟踪文件：请释放空间或另选文件夹，再次运行 collect.cmd。";
    SCRIPT_BOOT_LOG_STAYS:
        "{0} is a boot log that Process Monitor did not convert, and stays: delete it when it is no longer needed.",
        "{0} 是 Process Monitor 未转换的启动日志，予以保留：不再需要时请删除。";
    SCRIPT_DISARMED: "Disarmed.", "已还原。";
    SCRIPT_TRACES_STAY:
        "Disarmed. The traces in {0} are not all collected, and those stay: run collect.cmd, or disarm.cmd /discard.",
        "已还原。{0} 中尚未收集的跟踪文件予以保留：请运行 collect.cmd，或用 disarm.cmd /discard 删除。";
}

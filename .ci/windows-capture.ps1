# Captures on a real Windows, without a restart: arms, reads the keys back, makes operations fail, and finds them in the traces.
# As administrator. Once with bootrace.exe, once with the scripts.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
[Console]::OutputEncoding = [Text.Encoding]::UTF8

function Check($holds, $what) {
    if (-not $holds) { throw "not so: $what" }
    Write-Output "ok: $what"
}

# Users can write to the folder of the build, and arming refuses there.
$open = & target\debug\bootrace.exe capture arm 2>&1
Check ($LASTEXITCODE -eq 2 -and "$open" -match 'users can write') 'a folder that users can write to stops arming'
$folder = Join-Path $env:ProgramFiles 'bootrace'
New-Item -ItemType Directory -Force $folder | Out-Null
Copy-Item target\debug\bootrace.exe $folder
$bootrace = Join-Path $folder 'bootrace.exe'
$traces = Join-Path $env:SystemRoot 'bootrace\traces'
$autologger = 'HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger'

function Fail-Operations {
    cmd /c 'type C:\bootrace-none\x.txt' 2>&1 | Out-Null
    cmd /c "type C:\Windows\System32\config\SAM" 2>&1 | Out-Null
    reg query 'HKLM\SOFTWARE\bootrace-none' 2>&1 | Out-Null
}

function Find($session, $where, $process, $status) {
    $file = Join-Path $traces "$session-before-restart.etl"
    $found = & $bootrace events $file --where $where --columns process-name,operation,result,path 2>&1
    # One line has both, that of one event. A single line would make -match say true or false, not lines.
    Check ((@($found) -match "(?i)$process.*$status").Count -gt 0) "$session has '$where' with $process and $status"
}

function Stop-Sessions {
    foreach ($name in 'bootrace-frame', 'bootrace-file', 'bootrace-registry') { logman stop $name -ets | Out-Null }
}

function Check-Traces {
    Find 'bootrace-file' 'path contains bootrace-none' 'cmd\.exe' 'PATH NOT FOUND'
    Find 'bootrace-registry' 'path contains bootrace-none' 'reg\.exe' 'NAME NOT FOUND'
}

# The scripts are written first: the sizes in them are for the space that is free now, as those of arm are.
$scripts = Join-Path $folder 'scripts'
& $bootrace capture plan --format cmd -o $scripts
Check ($LASTEXITCODE -eq 0) 'plan writes the scripts'

# By the program.
& $bootrace capture arm
Check ($LASTEXITCODE -eq 0) 'arm'
$armed = reg query "$autologger\bootrace-file" /s | Out-String
Check ($armed -match 'EventIds\s+REG_BINARY\s+0F001000') 'the filter of the file session is in the registry'
Fail-Operations
$status = & $bootrace capture status | Out-String
Write-Output $status
Check ($status -match 'bootrace-file\s+no boot yet; running, nothing lost') 'the file session runs, and is known as ours'
Stop-Sessions
Check-Traces
$reads = & $bootrace events (Join-Path $traces 'bootrace-file-before-restart.etl') --where 'operation is ReadFile' | Out-String
Check ($LASTEXITCODE -eq 0 -and $reads -notmatch 'ReadFile') 'the filter leaves out reads'
& $bootrace capture collect -o (Join-Path $folder 'case.zip')
Check ($LASTEXITCODE -eq 0) 'collect'
& $bootrace capture disarm
Check ($LASTEXITCODE -eq 0 -and -not (Test-Path (Join-Path $env:SystemRoot 'bootrace\traces'))) 'disarm'
reg query "$autologger\bootrace-file" 2>&1 | Out-Null
Check ($LASTEXITCODE -ne 0) 'the keys are gone'

# By the scripts.
& (Join-Path $scripts 'arm.cmd')
Check ($LASTEXITCODE -eq 0) 'arm.cmd'
$scripted = reg query "$autologger\bootrace-file" /s | Out-String
Check ($scripted -replace '(?m)^.*(Status|FileCounter).*$', '' -eq ($armed -replace '(?m)^.*(Status|FileCounter).*$', '')) 'the scripts write what arm writes'
Fail-Operations
Stop-Sessions
Check-Traces
# Windows' cmd reads Chinese scripts in the code page that they choose.
& $bootrace capture plan --format cmd -o $scripts --lang zh-CN
$said = & (Join-Path $scripts 'arm.cmd') | Out-String
Check ($LASTEXITCODE -eq 2 -and $said -match '已存在：请先运行 disarm\.cmd。') 'arm.cmd refuses in Chinese'
$said = & (Join-Path $scripts 'collect.cmd') (Join-Path $folder 'case') | Out-String
Check ($LASTEXITCODE -eq 0 -and $said -match '已收集到') 'collect.cmd'
$said = & (Join-Path $scripts 'disarm.cmd') | Out-String
Check ($LASTEXITCODE -eq 0 -and $said -match '已还原。\s*$' -and -not (Test-Path $traces)) 'disarm.cmd'
reg query "$autologger\bootrace-file" 2>&1 | Out-Null
Check ($LASTEXITCODE -ne 0) 'the scripts disarm'
Check (Test-Path (Join-Path $folder 'case\traces\bootrace-file-before-restart.etl')) 'the traces are copied'

# Around a command: its exit code comes through.
& $bootrace capture live -o (Join-Path $folder 'live.etl') -- cmd /c 'type C:\bootrace-none\y.txt & exit 3010'
Check ($LASTEXITCODE -eq 3010) 'live keeps the exit code'
$live = & $bootrace events (Join-Path $folder 'live.etl') --where 'path contains bootrace-none' --columns operation,result,path | Out-String
Check ($live -match 'y.txt') 'live has the failure'

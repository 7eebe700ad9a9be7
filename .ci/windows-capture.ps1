# Captures on a real Windows, without a restart: arms, reads the keys back, makes operations fail, and finds them in the traces.
# As administrator. Once with bootrace.exe, once with the scripts.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

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

function Find($session, $where, $status) {
    $file = Join-Path $traces "$session-before-restart.etl"
    $found = & $bootrace events $file --where $where --columns process-name,operation,result,path 2>&1
    Check ("$found" -match $status) "$session has '$where' with $status"
}

function Check-Traces {
    Find 'bootrace-file' 'path contains bootrace-none' 'PATH NOT FOUND'
    Find 'bootrace-registry' 'path contains bootrace-none' 'NAME NOT FOUND'
}

# By the program.
& $bootrace capture arm
Check ($LASTEXITCODE -eq 0) 'arm'
$armed = reg query "$autologger\bootrace-file" /s | Out-String
Check ($armed -match 'EventIds\s+REG_BINARY\s+0F001000') 'the filter of the file session is in the registry'
Fail-Operations
$status = & $bootrace capture status | Out-String
Write-Output $status
Check ($status -match 'bootrace-file\s+no boot yet; running, nothing lost') 'the file session runs, and is known as ours'
foreach ($name in 'bootrace-frame', 'bootrace-file', 'bootrace-registry') { logman stop $name -ets | Out-Null }
Check-Traces
$reads = & $bootrace events (Join-Path $traces 'bootrace-file-before-restart.etl') --where 'operation is ReadFile' | Out-String
Check ($reads -notmatch 'ReadFile') 'the filter leaves out reads'
& $bootrace capture collect -o (Join-Path $folder 'case.zip')
Check ($LASTEXITCODE -eq 0) 'collect'
& $bootrace capture disarm
Check ($LASTEXITCODE -eq 0 -and -not (Test-Path (Join-Path $env:SystemRoot 'bootrace\traces'))) 'disarm'
reg query "$autologger\bootrace-file" 2>&1 | Out-Null
Check ($LASTEXITCODE -ne 0) 'the keys are gone'

# By the scripts.
$scripts = Join-Path $folder 'scripts'
& $bootrace capture plan --format cmd -o $scripts
cmd /c "`"$scripts\arm.cmd`""
$scripted = reg query "$autologger\bootrace-file" /s | Out-String
Check ($scripted -replace '(?m)^.*(Status|FileCounter).*$', '' -eq ($armed -replace '(?m)^.*(Status|FileCounter).*$', '')) 'the scripts write what arm writes'
Fail-Operations
foreach ($name in 'bootrace-frame', 'bootrace-file', 'bootrace-registry') { logman stop $name -ets | Out-Null }
Check-Traces
cmd /c "`"$scripts\disarm.cmd`" /discard"
reg query "$autologger\bootrace-file" 2>&1 | Out-Null
Check ($LASTEXITCODE -ne 0) 'the scripts disarm'

# Around a command: its exit code comes through.
& $bootrace capture live -o (Join-Path $folder 'live.etl') -- cmd /c 'type C:\bootrace-none\y.txt & exit 3010'
Check ($LASTEXITCODE -eq 3010) 'live keeps the exit code'
$live = & $bootrace events (Join-Path $folder 'live.etl') --where 'path contains bootrace-none' --columns operation,result,path | Out-String
Check ($live -match 'y.txt') 'live has the failure'

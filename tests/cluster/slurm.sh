#!/usr/bin/env bash
# A real SLURM on this machine: two emulated nodes, no systemd, no accounting daemon. Root on Debian.
# Usage: slurm.sh start|stop FOLDER     FOLDER, whose path has no spaces, keeps its state and logs
set -euo pipefail
action=${1:?start or stop} folder=$(realpath -m "${2:?a folder for state and logs}")
configuration=/etc/slurm/slurm.conf
mark="# Written by tests/cluster/slurm.sh"

stop() {
    if grep -qsF "$mark in $folder" "$configuration" && squeue -h >/dev/null 2>&1; then
        squeue -h -o %A | xargs -r scancel || true
        for _ in $(seq 100); do [ -n "$(squeue -h)" ] || break; sleep 0.1; done
    fi
    for daemon in ctld n1 n2 munged; do
        pid=$(cat "$folder/$daemon.pid" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null || continue
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null || true
    done
    if grep -qsF "$mark in $folder" "$configuration"; then rm -f "$configuration"; fi
}

start() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "error: a SLURM to test against needs root on Debian or Ubuntu" >&2
        exit 2
    fi
    if grep -qsF "$mark" "$configuration"; then # a run that was killed left its SLURM behind
        bash "$0" stop "$(sed -n "s|^$mark in ||p" "$configuration")"
    fi
    if [ -e "$configuration" ]; then
        echo "error: $configuration: exists; this machine has a SLURM, and the tests would disturb it" >&2
        exit 2
    fi
    mkdir -p "$folder/state" /etc/slurm
    chmod 755 "$folder"
    if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
        echo "Installing SLURM and munge ..." >&2
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            slurmctld slurmd slurm-client munge >"$folder/apt.log" 2>&1
    fi
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
    local host
    host=$(hostname -s)
    # Jobs look for the configuration in its usual place: with SLURM_CONF set to another, they fail.
    cat >"$configuration" <<CONFIGURATION
$mark in $folder
ClusterName=twonodes
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
SlurmctldPidFile=$folder/ctld.pid
SlurmdPidFile=$folder/%n.pid
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
SlurmctldLogFile=$folder/ctld.log
SlurmdLogFile=$folder/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/jobs.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=300
PropagateResourceLimits=NONE
AccountingStorageType=accounting_storage/none
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17818 CPUs=4 RealMemory=8000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17819 CPUs=4 RealMemory=8000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=24:00:00 State=UP
CONFIGURATION
    munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    slurmctld -c
    slurmd -N n1
    slurmd -N n2
    for _ in $(seq 100); do
        if [ "$(sinfo -h -N -o %T 2>/dev/null | sort -u)" = idle ]; then return; fi
        sleep 0.2
    done
    echo "error: SLURM did not come up; its logs are in $folder" >&2
    exit 1
}

case $action in
    start)
        trap '[ $? = 0 ] || stop' EXIT
        start
        ;;
    stop) stop ;;
    *) echo "error: $action: expected start or stop" >&2; exit 2 ;;
esac

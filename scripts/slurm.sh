#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, for the tests of sweeps on a
# cluster: Debian's slurm-wlm and munge, installed if need be, without systemd,
# control groups or accounting. Safe to run again: what runs is left as it is.
#
#	scripts/slurm.sh          start
#	scripts/slurm.sh stop     end what it started
#
# A Slurm that somebody else configured is left alone. Exit status: 0 if Slurm
# answers (or was stopped), 3 if it cannot be had here, 1 if it does not start.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

conf=/etc/slurm/slurm.conf
mark='# Written by burstsim, scripts/slurm.sh.'
state=/var/lib/burstsim-slurm
key=/etc/munge/munge.key

cannot() {
	echo "slurm: $1: sweeps are not tried on it" >&2
	exit 3
}

ours() { [[ -e $conf ]] && grep -qxF "$mark" "$conf"; }

answers() { timeout 10 sinfo -h -o %T 2>/dev/null | grep -qE '^(idle|mixed|allocated|completing)$'; }

present() {
	local name
	for name in slurmctld slurmd munged sbatch squeue; do
		command -v "$name" >/dev/null || return 1
	done
}

install() {
	apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null 2>&1
}

# runs FILE.pid: whether the process that wrote it is still there, and is not
# another one with the same number.
runs() {
	local pid
	pid=$(cat "$1" 2>/dev/null) && [[ -n $pid ]] &&
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$(basename "$1" .pid)" ]]
}

ended() { ! runs "$1"; }

# wait_for SECONDS WHAT COMMAND...
wait_for() {
	local left=$(($1 * 5)) what=$2
	shift 2
	until "$@"; do
		((left-- > 0)) || { echo "slurm: $what; see $state/*.log" >&2; exit 1; }
		sleep 0.2
	done
}

stop() {
	ours || return 0
	local file
	if runs "$state/slurmctld.pid"; then
		timeout 20 scancel --user="$(id -un)" 2>/dev/null || true
	fi
	for file in "$state"/{slurmd,slurmctld,munge/munged}.pid; do
		if runs "$file"; then
			kill "$(cat "$file")"
			wait_for 20 "$file does not end" ended "$file"
		fi
	done
}

configure() {
	local host cpus memory
	host=$(hostname -s)
	cpus=$(nproc)
	memory=$(awk '/^MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
	cat >"$conf.new" <<-END
		$mark
		ClusterName=burstsim
		SlurmctldHost=$host(127.0.0.1)
		SlurmUser=root
		SlurmdUser=root
		AuthType=auth/munge
		AuthInfo=socket=$state/munge/socket,cred_expire=5
		# A task that is requeued waits for cred_expire.
		CredType=cred/munge
		StateSaveLocation=$state/state
		SlurmdSpoolDir=$state/spool
		SlurmctldPidFile=$state/slurmctld.pid
		SlurmdPidFile=$state/slurmd.pid
		SlurmctldLogFile=$state/slurmctld.log
		SlurmdLogFile=$state/slurmd.log
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		MpiDefault=none
		ReturnToService=2
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		KillWait=5
		MinJobAge=60
		SchedulerParameters=sched_min_interval=200000,batch_sched_delay=0,sched_interval=2
		NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
		PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
		PartitionName=brief Nodes=$host MaxTime=1 State=UP
	END
	mv "$conf.new" "$conf"
}

start() {
	[[ ! -e $conf ]] || ours || cannot "$conf is not of burstsim"
	[[ $(id -u) == 0 ]] || cannot 'root is needed to start one'
	if ! present; then
		command -v apt-get >/dev/null || cannot 'slurm-wlm and munge are missing'
		install || { apt-get update -qq >/dev/null 2>&1 && install; } ||
			cannot 'slurm-wlm and munge could not be installed (no network?)'
		echo 'slurm: installed'
	fi
	if ours && answers; then
		echo "slurm: runs, $(sinfo -h -o '%D node, %c processors' -p main)"
		return
	fi
	stop # what is left of one that does not answer

	mkdir -p "$state" "$state/state" "$state/spool"
	if [[ ! -s $key ]]; then
		mkdir -p "$(dirname "$key")"
		(umask 077 && head -c 1024 /dev/urandom >"$key")
	fi
	chown munge:munge "$(dirname "$key")" "$key"
	chmod 700 "$(dirname "$key")"
	chmod 400 "$key"
	mkdir -p "$state/munge"
	chown munge:munge "$state/munge"
	configure
	setpriv --reuid=munge --regid=munge --clear-groups \
		munged --socket="$state/munge/socket" --pid-file="$state/munge/munged.pid" \
		--log-file="$state/munge/munged.log" --seed-file="$state/munge/seed"
	slurmctld
	slurmd
	wait_for 60 'the node does not become idle' answers
	echo "slurm: started, $(sinfo -h -o '%D node, %c processors' -p main)"
}

case ${1-start} in
start) start ;;
stop) stop ;;
*) echo "usage: $0 [start|stop]" >&2; exit 2 ;;
esac

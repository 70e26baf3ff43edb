#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, for the tests of sweeps on a
# cluster: Debian's slurm-wlm and munge, installed if need be, without systemd or
# control groups. Safe to run again: what runs is left as it is.
#
#	scripts/slurm.sh                start
#	scripts/slurm.sh accounting     start, with slurmdbd and MariaDB for sacct
#	scripts/slurm.sh stop           end what it started
#
# The partitions are main; brief, whose limit is a minute; spare, whose jobs are
# requeued, five seconds after a warning, when one in urgent needs the processors.
#
# A Slurm that somebody else configured is left alone. Exit status: 0 if Slurm
# answers (or was stopped), 3 if it cannot be had here, 1 if it does not start.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

conf=/etc/slurm/slurm.conf
mark='# Written by burstsim, scripts/slurm.sh.'
state=/var/lib/burstsim-slurm
key=/etc/munge/munge.key
accounts=/etc/slurm/slurmdbd.conf
port=33069 # of MariaDB, on this machine's own address only

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

# install PACKAGE...
install() {
	local get=(apt-get install -y -qq --no-install-recommends "$@")
	"${get[@]}" >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1 && "${get[@]}" >/dev/null 2>&1; }
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
	for file in "$state"/{slurmd,slurmctld,slurmdbd,mariadbd,munge/munged}.pid; do
		if runs "$file"; then
			kill "$(cat "$file")"
			wait_for 20 "$file does not end" ended "$file"
		fi
	done
}

# configure STORAGE...: lines about accounting.
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
		# A task that is requeued waits for cred_expire; less than 5 s count as two minutes.
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
		$(printf '%s\n' "$@")
		MpiDefault=none
		ReturnToService=2
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		KillWait=5
		MinJobAge=60
		PreemptType=preempt/partition_prio
		PreemptMode=REQUEUE
		SlurmctldParameters=preempt_send_user_signal
		SchedulerParameters=sched_min_interval=200000,batch_sched_delay=0,sched_interval=2
		NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
		PartitionName=DEFAULT Nodes=$host MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=OFF
		PartitionName=main Default=YES
		PartitionName=brief MaxTime=1
		PartitionName=spare PreemptMode=REQUEUE GraceTime=5
		PartitionName=urgent PriorityTier=2
	END
	mv "$conf.new" "$conf"
}

# database starts MariaDB and slurmdbd, with a password that is made once.
database() {
	local data=$state/mariadb secret
	if [[ ! -d $data/mysql ]]; then
		rm -rf "$data" # of an earlier start that was killed
		mariadb-install-db --no-defaults --user=root --datadir="$data" --auth-root-authentication-method=normal \
			--skip-test-db >"$state/mariadb.log" 2>&1
	fi
	[[ -s $state/secret ]] || (umask 077 && head -c 18 /dev/urandom | base64 >"$state/secret")
	secret=$(cat "$state/secret")
	(umask 077 && cat >"$state/grants.sql") <<-END
		create database if not exists slurm;
		create or replace user slurm@127.0.0.1 identified by '$secret';
		grant all on slurm.* to slurm@127.0.0.1;
		create or replace user root@localhost identified by '$secret';
	END
	mariadbd --no-defaults --user=root --datadir="$data" --socket="$state/mariadb.socket" --pid-file="$state/mariadbd.pid" \
		--bind-address=127.0.0.1 --port="$port" --skip-name-resolve --skip-log-bin --innodb-lock-wait-timeout=900 \
		--init-file="$state/grants.sql" </dev/null >>"$state/mariadb.log" 2>&1 &
	wait_for 60 'MariaDB does not start' listens "$port"
	(umask 077 && cat >"$accounts") <<-END
		$mark
		AuthType=auth/munge
		AuthInfo=socket=$state/munge/socket
		DbdHost=localhost
		DbdAddr=127.0.0.1
		SlurmUser=root
		PidFile=$state/slurmdbd.pid
		LogFile=$state/slurmdbd.log
		StorageType=accounting_storage/mysql
		StorageHost=127.0.0.1
		StoragePort=$port
		StorageUser=slurm
		StoragePass=$secret
		StorageLoc=slurm
	END
	slurmdbd
	wait_for 60 'slurmdbd does not start' listens 6819
}

listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# accounted: whether the Slurm that runs keeps accounts.
accounted() { grep -q '^AccountingStorageType=.*slurmdbd' "$conf"; }

# start [accounting]
start() {
	local storage=(AccountingStorageType=accounting_storage/none)
	[[ ! -e $conf ]] || ours || cannot "$conf is not of burstsim"
	[[ $(id -u) == 0 ]] || cannot 'root is needed to start one'
	if ! present; then
		command -v apt-get >/dev/null || cannot 'slurm-wlm and munge are missing'
		install slurm-wlm munge || cannot 'slurm-wlm and munge could not be installed (no network?)'
		echo 'slurm: installed'
	fi
	if [[ ${1-} ]] && ! command -v slurmdbd mariadbd mariadb-install-db >/dev/null; then
		install slurmdbd mariadb-server-core mariadb-client-core || cannot 'slurmdbd and MariaDB could not be installed (no network?)'
		echo 'slurm: installed slurmdbd and MariaDB'
	fi
	if ours && answers && { [[ ! ${1-} ]] || accounted; }; then
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
	setpriv --reuid=munge --regid=munge --clear-groups \
		munged --socket="$state/munge/socket" --pid-file="$state/munge/munged.pid" \
		--log-file="$state/munge/munged.log" --seed-file="$state/munge/seed"
	if [[ ${1-} ]]; then
		storage=(AccountingStorageType=accounting_storage/slurmdbd "AccountingStoragePass=$state/munge/socket" AccountingStorageHost=127.0.0.1 AccountingStorageEnforce=limits)
		configure "${storage[@]}"
		database
		sacctmgr -i add cluster burstsim >/dev/null 2>&1 || sacctmgr -n -P show cluster | grep -q '^burstsim|' ||
			{ echo 'slurm: sacctmgr does not answer' >&2; exit 1; }
	else
		configure "${storage[@]}"
	fi
	slurmctld
	slurmd
	wait_for 60 'the node does not become idle' answers
	echo "slurm: started, $(sinfo -h -o '%D node, %c processors' -p main)"
}

case ${1-start} in
start) start ;;
accounting) start accounting ;;
stop) stop ;;
*) echo "usage: $0 [start|accounting|stop]" >&2; exit 2 ;;
esac

#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own.
#
#   scripts/postgres.sh run [--durable] CMD...
#
# CMD finds the server's address in CHANCERY_TEST_POSTGRES. The server has a
# fresh cluster in a private directory, listens on 127.0.0.1 on a port of its
# own, and is gone with its directory when CMD ends or is interrupted; the exit
# code is CMD's. Runs side by side do not meet. CMD gets no terminal to read.
#
# Without --durable nothing is synced to disk, which is right for tests and
# wrong for measurements; with it the server keeps what it has acknowledged.
# What is not to be kept lies in memory where there is enough of it, and CMD's
# TMPDIR too: making a database on a disk takes ten times the processor time.
set -euo pipefail

oldest=15

die() {
	echo "$*" >&2
	exit 1
}

usage() {
	echo "usage: scripts/postgres.sh run [--durable] CMD..." >&2
	exit 2
}

[ "${1:-}" = run ] || usage
shift
durable=
if [ "${1:-}" = --durable ]; then
	durable=1
	shift
fi
[ $# -gt 0 ] || usage

# find_server prints the directory of the newest server binaries that are new
# enough.
find_server() {
	local dir version
	{
		ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin 2>/dev/null | sort -rV
		command -v postgres | xargs -r dirname 2>/dev/null
		pg_config --bindir 2>/dev/null
	} | while read -r dir; do
		[ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] || continue
		version=$("$dir/postgres" --version | grep -oE '[0-9]+' | head -n 1)
		if [ "$version" -ge "$oldest" ]; then
			echo "$dir"
			break
		fi
	done
}

bin=$(find_server || true)
if [ -z "$bin" ]; then
	"$(dirname "$0")/install.sh" postgresql
	bin=$(find_server || true)
	[ -n "$bin" ] || die "No PostgreSQL server of version $oldest or newer was found; install one, for instance Debian's postgresql-$oldest."
fi

# The server refuses to run as root. Its directory must then be in a place that
# its own user can reach, which a root's TMPDIR may not be.
as_server=()
base=${TMPDIR:-/tmp}
if [ "$(id -u)" = 0 ]; then
	user=postgres
	id "$user" >/dev/null 2>&1 || user=nobody
	as_server=(runuser -u "$user" --)
	base=/tmp
fi
memory=
if [ -n "$durable" ]; then
	# What is measured must reach a disk, and /tmp may be memory.
	base=/var/tmp
elif [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then
	memory=1
	base=/dev/shm
fi

dir=
child=
server=

cleanup() {
	trap '' INT TERM HUP
	if [ -n "$server" ]; then
		"${as_server[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	[ -z "$dir" ] || rm -rf "$dir"
}

# interrupted hands the signal to CMD and all that it started, gives them ten
# seconds to end, and leaves through cleanup.
interrupted() {
	trap '' INT TERM HUP
	if [ -n "$child" ]; then
		kill -s "$1" -- "-$child" 2>/dev/null || true
		for _ in $(seq 100); do
			kill -0 -- "-$child" 2>/dev/null || break
			sleep 0.1
		done
		kill -s KILL -- "-$child" 2>/dev/null || true
	fi
	exit "$2"
}

trap cleanup EXIT
trap 'interrupted INT 130' INT
trap 'interrupted TERM 143' TERM
trap 'interrupted HUP 129' HUP

# Every job has a process group of its own, so that a signal to CMD reaches its
# children, and one from the terminal does not reach the server.
set -m

dir=$(mktemp -d "$base/chancery-postgres.XXXXXXXX")
# Any local user may connect to a loopback port, so there is a password.
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$password" >"$dir/password")
[ "${#as_server[@]}" = 0 ] || chown -R "$user" "$dir"

cd_run() { (cd "$dir" && "${as_server[@]}" "$@"); }

cd_run "$bin/initdb" -D "$dir/data" -U chancery --pwfile="$dir/password" \
	--auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; die "initdb failed (above)."; }

{
	echo "listen_addresses = '127.0.0.1'"
	echo "unix_socket_directories = ''"
	echo "max_connections = 300"
	echo "timezone = 'UTC'"
	if [ -n "$durable" ]; then
		echo "shared_buffers = '512MB'"
		echo "max_wal_size = '4GB'"
	else
		echo "fsync = off"
		echo "synchronous_commit = off"
		echo "full_page_writes = off"
		echo "autovacuum_naptime = '1h'"
	fi
} >>"$dir/data/postgresql.conf"

# A port that is free now may be taken a moment later: the server is the judge.
for try in 1 2 3 4 5 6 7 8 9 10; do
	port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
	server=1
	if cd_run "$bin/pg_ctl" -D "$dir/data" -o "-p $port" -l "$dir/server.log" -w start >"$dir/start.log" 2>&1; then
		break
	fi
	server=
	if [ "$try" = 10 ] || ! grep -q "could not bind" "$dir/server.log"; then
		cat "$dir/start.log" "$dir/server.log" >&2
		die "The PostgreSQL server did not start (above)."
	fi
	: >"$dir/server.log"
done

export CHANCERY_TEST_POSTGRES="postgres://chancery:$password@127.0.0.1:$port/postgres?sslmode=disable"
if [ -n "$memory" ]; then
	export TMPDIR="$dir/tmp"
	mkdir "$TMPDIR"
fi
"$@" <&0 &
child=$!
code=0
wait "$child" || code=$?
child=
exit "$code"

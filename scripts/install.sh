#!/usr/bin/env bash
# Installs Debian packages, or says in one line what to run.
#
#   scripts/install.sh PACKAGE...
#
# Root installs directly, others through sudo when it asks for no password.
# Nothing that a package brings is started: the tests start what they need.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: scripts/install.sh PACKAGE..." >&2; exit 2; }

how="apt-get update && apt-get install -y $*"
if ! command -v apt-get >/dev/null; then
	echo "This needs '$*' (Debian's package names); install it with your system's package manager and run the target again." >&2
	exit 1
elif [ "$(id -u)" = 0 ]; then
	as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
else
	echo "This needs '$*'; run as root: $how" >&2
	exit 1
fi

# Debian's postgresql makes and starts a cluster of its own when installed,
# unless told not to; the answer is taken back afterwards.
no_cluster=/etc/postgresql-common/createcluster.d/chancery.conf
case " $* " in
*" postgresql "*)
	"${as_root[@]}" mkdir -p "${no_cluster%/*}"
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_cluster" >/dev/null
	trap '"${as_root[@]}" rm -f "$no_cluster"' EXIT
	;;
esac

echo "Installing $* ..." >&2
log=$(mktemp)
if ! {
	"${as_root[@]}" apt-get update -q &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends "$@"
} </dev/null >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	rm -f "$log"
	echo "Installing '$*' failed (above); mend that, or run as root: $how" >&2
	exit 1
fi
rm -f "$log"

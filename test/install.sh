#!/bin/sh
# Installs what the tests talk to: Java's broker and clients, clients in Python and for node, and ZooKeeper. On Debian as
# root it does, elsewhere it says what is missing. It never fails: tests without their peer say so themselves.

packages="activemq libactivemq-java libgeronimo-jms-1.1-spec-java libgeronimo-j2ee-management-1.1-spec-java \
libhawtbuf-java libslf4j-java zookeeper python3-qpid-proton"

# Packages of npm go where peers.Node looks for them.
modules="rhea@3"
node=${XDG_CACHE_HOME:-$HOME/.cache}/goactivemq/node
if command -v npm >/dev/null 2>&1; then
  for module in $modules; do
    [ -d "$node/node_modules/${module%@*}" ] && continue
    mkdir -p "$node"
    timeout 300 npm install --silent --no-audit --no-fund --prefix "$node" "$module" >/dev/null 2>&1 ||
      echo "npm failed, tests that need it are skipped: $module"
  done
else
  echo "Not installed, tests that need them are skipped: node and npm"
fi

missing=
if command -v dpkg-query >/dev/null 2>&1; then
  for package in $packages; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      *' installed') ;;
      *) missing="$missing $package" ;;
    esac
  done
elif [ ! -d /usr/share/activemq ]; then
  missing=" $packages"
fi
command -v javac >/dev/null 2>&1 || missing="$missing default-jdk-headless"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "Not installed, tests that need them are skipped:$missing"
  exit 0
fi

echo "Installing for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive
install() {
  # shellcheck disable=SC2086 # one word for each package
  timeout 600 apt-get install -qq -y --no-install-recommends $missing >/dev/null
}
set -- /var/lib/apt/lists/*_Packages*
if [ -e "$1" ] && install; then
  exit 0
fi
if ! { timeout 120 apt-get update -qq && install; }; then
  echo "apt-get failed, tests that need them are skipped:$missing"
fi
exit 0

#!/bin/sh
# Get the example client of Eclipse Wakaama, plain and with DTLS (tinydtls), into .wakaama here. An npm package
# brings the sources; it is only unpacked, since what it installs is not needed. Wants npm and a C compiler.
set -eu
cd "$(dirname "$0")"
package=node-red-contrib-lwm2m@2.12.3
integrity=dc1f2c78fbb03c96c6276f8fe491cb472b96da7f300322c8ff9346f63f9bfa44f6d4c3cdb48934131cd8f212b8f903edcfe1bad9ba56860c46156bd5434fe7f0
built=$PWD/.wakaama
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
mkdir -p "$built"

cd "$sources"
npm pack --silent "$package" >/dev/null
echo "$integrity  $(ls ./*.tgz)" | sha512sum --check --quiet
tar -xzf ./*.tgz
cd package/deps/wakatiwai/deps

shared=wakaama/examples/shared
dtls=$shared/tinydtls
client="wakaama/core/*.c wakaama/core/er-coap-13/er-coap-13.c wakaama/examples/client/*.c
    $shared/commandline.c $shared/platform.c $shared/memtrace.c"
tinydtls="$dtls/dtls.c $dtls/crypto.c $dtls/ccm.c $dtls/hmac.c $dtls/dtls_debug.c $dtls/netq.c $dtls/peer.c
    $dtls/dtls_time.c $dtls/session.c $dtls/sha2/sha2.c $dtls/aes/rijndael.c $dtls/ecc/ecc.c"
compile() {
    "${CC:-cc}" -O1 -w -DLWM2M_CLIENT_MODE -DLWM2M_BOOTSTRAP -DLWM2M_SUPPORT_JSON -DLWM2M_LITTLE_ENDIAN \
        -Iwakaama/core -I$shared "$@"
}
# shellcheck disable=SC2086 # these are lists of files
compile $client $shared/connection.c -o "$built/client"
# shellcheck disable=SC2086
compile -DWITH_TINYDTLS -DWITH_SHA256 -Itinydtls -I$dtls $client $tinydtls $shared/dtlsconnection.c \
    -o "$built/client-dtls"

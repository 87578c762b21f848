#!/usr/bin/env bash
# Runs a program of a folder where there is nothing else but the C library, the library of C++, and two devices, as root:
#
#   run_in_chroot.sh FOLDER PROGRAM [ARGUMENT…]
set -euo pipefail

folder=$1 program=$2
shift 2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# The loader, and what it finds for libtorch_cpu.so outside of the folder.
libraries=$(ldd "$folder/$program" | grep -oE '/[^ ]*/(ld-linux[^ ]*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so\.[0-9]+)')
for library in $libraries; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/bundle"
mknod "$root/dev/urandom" c 1 9
mknod "$root/dev/null" c 1 3
cp -a "$folder/." "$root/bundle/"

# The system's own view of processes, which the loader asks for the folder of the program; it goes with the shell below.
# shellcheck disable=SC2016
env -i PATH="$PATH" root="$root" program="$program" unshare --mount bash -c \
    'mount -t proc proc "$root/proc" && exec chroot "$root" "/bundle/$program" "$@"' run "$@"

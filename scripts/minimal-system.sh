# For scripts that test in a minimal Debian 12, to be sourced. It needs root, debootstrap and a Debian mirror: the one that
# this machine uses, or MIRROR.

# Returns whether this machine can make such a system; otherwise prints why not.
can_make_system() {
    [ "$(id -u)" = 0 ] || { echo "it must run as root, as it uses chroot"; return 1; }
    command -v debootstrap >/dev/null || { echo "debootstrap is missing; apt-get install debootstrap"; return 1; }
}

# make_system DIR: the system in DIR, with this machine's sources of packages.
make_system() {
    mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" | grep -v security | sort -u | head -n 1)}
    debootstrap --variant=minbase bookworm "$1" "$mirror" >"$1.log" 2>&1 || { tail "$1.log" >&2; return 1; }
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    cp -r /etc/apt/apt.conf.d /etc/apt/sources.list.d "$1/etc/apt/"
    [ ! -f /etc/apt/sources.list ] || cp /etc/apt/sources.list "$1/etc/apt/"
}

mount_system() {
    mount -t proc proc "$1/proc"
    mount -t sysfs sys "$1/sys" # PoCL reads the processors from it
    mount --bind /dev "$1/dev"
}

unmount_system() {
    for folder in proc sys dev; do
        umount "$1/$folder" 2>/dev/null || true
    done
}

# remove_system DIR: also after a part of the above has failed.
remove_system() {
    unmount_system "$1"
    rm -rf --one-file-system "$1"
}

# in_system DIR COMMAND: runs a line of shell there, with nothing of this environment.
in_system() {
    chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive sh -c "$2"
}

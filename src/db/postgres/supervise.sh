# Runs one private PostgreSQL and stops it when nobody uses it any more; mod.rs tells the protocol of the
# locks. It outlives whoever starts it, so it must find everything out by itself: a user may be killed at any
# moment.
dir=$1 bin=$2 socket=$3 locker=$4 life=$5 token=$6
shift 6
# Services may be started with hardly any path; the tools used here are the system's.
PATH=${PATH:+$PATH:}/usr/bin:/bin

# lock FD [n]: takes an exclusive flock on an open file; with n it fails where it would have to wait.
lock() {
    case $locker in
    */perl)
        "$locker" -e 'open(my $f, "+<&=", $ARGV[0]) or exit 2; exit(flock($f, @ARGV > 1 ? 6 : 2) ? 0 : 1)' "$@"
        ;;
    *) "$locker" -x ${2:+-n} "$1" ;;
    esac
}

# The data appears under its name only when complete, so a killed initdb leaves nothing that looks like data.
make_data() {
    [ -f "$dir/data/PG_VERSION" ] && return
    sync=
    [ "$life" = throw-away ] && sync=-N
    for locale in C.UTF-8 C; do
        rm -rf "$dir/data.tmp"
        "$bin/initdb" -D "$dir/data.tmp" $sync -A trust -U postgres -E UTF8 \
            --locale="$locale" --no-instructions &&
            mv "$dir/data.tmp" "$dir/data" && return
    done
    return 1
}

serve() {
    "$bin/postgres" -D "$dir/data" -k "\"$socket\"" "$@" &
    echo $! >"$dir/server.pid" || kill -INT $!
    wait $!
    # Whoever reaps the server says so before its number can belong to another process.
    rm -f "$dir/server.pid"
}

# Repeats itself because a server that is only just starting has no pid yet, or ignores the signal.
stop() {
    exec 8<>"$dir/server.lock" || return
    tries=0
    until lock 8 n; do
        signal=INT
        [ "$tries" -gt 600 ] && signal=QUIT
        { read -r pid <"$dir/server.pid"; } 2>/dev/null && kill -s "$signal" "$pid" 2>/dev/null
        tries=$((tries + 1))
        sleep 0.05
    done
}

# Only what was made here is removed, and the lock that newcomers wait at goes last.
clean() {
    if [ "$socket" != "$dir" ]; then
        rm -f "$dir/socket" "$socket"/.s.PGSQL.*
        rmdir "$socket"
    fi
    [ "$life" = throw-away ] || return
    rm -rf "$dir/data" "$dir/data.tmp"
    rm -f "$dir"/.s.PGSQL.* "$dir/log" "$dir/log.old" "$dir/supervisor" "$dir/server.pid" \
        "$dir/server.lock" "$dir/start.lock"
    rm -f "$dir/users.lock"
    rmdir "$dir" 2>/dev/null
}

# In the background and left alone by its starter: it becomes a child of init. A service manager that signals
# every process of a service must not take it away from the server before the users are gone.
(
    trap '' HUP INT TERM
    exec 8<>"$dir/server.lock" 9<>"$dir/users.lock" || exit
    lock 8 && rm -f "$dir/server.pid" && echo "$token" >"$dir/supervisor" || exit
    (make_data && serve "$@") 9<&- &
    exec 8<&-

    until lock 9; do sleep 1; done
    # A server that died was replaced by another one with a supervisor of its own, which does the rest.
    [ "$(cat "$dir/supervisor" 2>/dev/null)" = "$token" ] || exit
    stop
    clean
) </dev/null >>"$dir/log" 2>&1 &

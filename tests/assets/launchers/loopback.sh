#!/bin/bash
# Run a command where the network has nothing but loopback, so that what listens there is heard by nobody else, and where its
# processes are among themselves: when this one is killed, the kernel ends them all.
# The second address is for getaddrinfo, which with AI_ADDRCONFIG answers nothing where there are only addresses of 127/8.
# bash stays, as the first process there, to clear away those whose parent is gone.
exec unshare --net --pid --fork --kill-child --mount-proc bash -c \
    'ip link set lo up && ip address add 10.99.0.1/32 dev lo && "$@"; exit $?' loopback "$@"

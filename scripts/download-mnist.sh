#!/usr/bin/env bash
# Downloads the four files of MNIST, checks them, and puts them where the program looks for them.
set -euo pipefail

readonly default_mirror=https://ossci-datasets.s3.amazonaws.com/mnist

usage() {
  cat <<EOF
Usage: download-mnist.sh [--mirror URL] [DIR]

Downloads MNIST as four gzipped IDX files into DIR and checks their MD5 sums. Files that are
already there and intact are not downloaded again.

  DIR            where the files go (default: datasets/mnist of this repository)
  --mirror URL   where the files come from (default: \$MNIST_MIRROR if it is set, else
                 $default_mirror)
  -h, --help     print this help
EOF
}

# A usage error ends with the exit code that sysexits.h defines for it.
wrong_use() {
  echo "download-mnist.sh: $1" >&2
  echo "Try 'download-mnist.sh --help'." >&2
  exit 64
}

fail() {
  echo "download-mnist.sh: $1" >&2
  exit 1
}

mirror=${MNIST_MIRROR:-$default_mirror}
directory=
while (($# > 0)); do
  case $1 in
    -h | --help) usage; exit ;;
    --mirror)
      [[ -n ${2-} ]] || wrong_use "--mirror needs a URL"
      mirror=$2
      shift
      ;;
    --mirror=?*) mirror=${1#--mirror=} ;;
    -*) wrong_use "unknown option '$1'" ;;
    '') wrong_use "DIR is empty" ;;
    *)
      [[ -z $directory ]] || wrong_use "expected one DIR, found '$directory' and '$1'"
      directory=$1
      ;;
  esac
  shift
done
mirror=${mirror%/}
if [[ -z $directory ]]; then
  directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/datasets/mnist
fi

for tool in curl gzip md5sum; do
  command -v "$tool" > /dev/null ||
    fail "needs $tool, which is not installed (apt-get install curl gzip coreutils)"
done

created=
if [[ ! -d $directory ]]; then
  mkdir -p -- "$directory" || fail "cannot create $directory"
  created=yes
fi

# However the script ends, it removes incomplete files, and the folder if it is still empty.
temporary=
clean_up() {
  if [[ -n $temporary ]]; then rm -f -- "$temporary"; fi
  if [[ -n $created ]]; then rmdir -- "$directory" 2> /dev/null || true; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The MD5 sum of a file's content, gunzipped if it is gzipped; empty if the gzip data is damaged.
content_sum() {
  gzip --decompress --stdout --force < "$1" 2> /dev/null | md5sum | cut -d ' ' -f 1 || true
}

# fetch NAME MD5: makes sure that DIR contains NAME, gzipped, and that its gunzipped content has that sum.
fetch() {
  local name=$1 expected=$2 found path

  # The program prefers raw files and files with the other naming, so those must be correct.
  for path in "$directory/$name" "$directory/$name.gz" \
    "$directory/${name/-idx/.idx}" "$directory/${name/-idx/.idx}.gz"; do
    [[ -e $path ]] || continue
    if [[ $(content_sum "$path") == "$expected" ]]; then
      echo "${path##*/}: already there, MD5 is right"
      return
    fi
    [[ $path == "$directory/$name.gz" ]] ||
      fail "$path: is there, but its content is not MNIST's (MD5); move it away and run again"
    echo "$name.gz: already there, but MD5 is wrong; fetching it anew"
    break
  done

  temporary=$(mktemp -- "$directory/.$name.XXXXXX") || fail "cannot write into $directory"
  echo "$name.gz: downloading from $mirror"
  curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 \
    --speed-limit 1000 --speed-time 30 \
    --output "$temporary" -- "$mirror/$name.gz" ||
    fail "$mirror/$name.gz: download failed; another mirror can be chosen with --mirror URL"
  found=$(content_sum "$temporary")
  [[ $found == "$expected" ]] ||
    fail "$mirror/$name.gz: expected MD5 $expected of the gunzipped content, found $found"

  chmod 644 -- "$temporary"
  mv -f -- "$temporary" "$directory/$name.gz"
  temporary=
  echo "$name.gz: MD5 is right"
}

fetch train-images-idx3-ubyte 6bbc9ace898e44ae57da46a324031adb
fetch train-labels-idx1-ubyte a25bea736e30d166cdddb491f175f624
fetch t10k-images-idx3-ubyte 2646ac647ad5339dbf082846283269ea
fetch t10k-labels-idx1-ubyte 27ae3e4e09519cfbb04c329615203637
echo "MNIST is in $directory"

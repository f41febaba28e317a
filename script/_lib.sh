# Shared by the commands beside it: the checkout's root and its virtual environment. Sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"

say() { printf '%s\n' "$*" >&2; }

# Prints the first Python that is new enough and can make a virtual environment.
find_python() {
  local candidate
  for candidate in "${XINFANG_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; assert sys.version_info >= (3, 11); import ensurepip, venv' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  say "需要 Python 3.11 或更高版本(含 venv 模块),但未找到;当前 python3:$(python3 --version 2>&1 || true)"
  say "Python 3.11 or newer with its venv module is needed and was not found."
  say "Debian/Ubuntu: apt-get install python3 python3-venv"
  say "也可指定 · or name one: XINFANG_PYTHON=/path/to/python3.11"
  return 1
}

# What an installation rests on: the place, the pins, the package's own declaration.
stamp_of() { printf '%s\n' "$root"; cat "$root/$1" "$root/pyproject.toml" | sha256sum; }

# A .venv that was made in another place (its commands point there), or whose Python is gone or too old, is no use.
venv_is_sound() {
  local stamp=.venv/stamp-requirements.txt
  if [ -e "$stamp" ] && [ "$(head -n 1 "$stamp")" != "$root" ]; then return 1; fi
  .venv/bin/python -c 'import sys; assert sys.version_info >= (3, 11); import pip' 2>/dev/null
}

install_into_venv() {
  local pins="$1" python
  local pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input)
  if ! venv_is_sound; then
    python="$(find_python)" || return 1
    say "正在创建 .venv · making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv || return 1
  fi
  say "正在安装 $pins 中的依赖 · installing what $pins pins …"
  "${pip[@]}" --require-hashes -r "$pins" || return 1
  "${pip[@]}" --no-deps --no-build-isolation --editable . || return 1
}

# ensure_venv requirements.txt|requirements-dev.txt: makes or refreshes .venv; unchanged pins cost nothing.
ensure_venv() {
  local pins="$1"
  cd "$root" || return 1
  exec 9<pyproject.toml
  if command -v flock >/dev/null 2>&1; then flock 9; fi  # two commands started at once make one environment
  if [ "$(cat ".venv/stamp-$pins" 2>/dev/null)" != "$(stamp_of "$pins")" ]; then
    install_into_venv "$pins" || return 1
    stamp_of requirements.txt > .venv/stamp-requirements.txt  # requirements-dev.txt holds all of its pins
    stamp_of "$pins" > ".venv/stamp-$pins"
  fi
  exec 9<&-
}

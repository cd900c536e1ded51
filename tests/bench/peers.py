# SPDX-License-Identifier: Apache-2.0
"""Other tracers, where they are installed."""
import glob
import os
import shutil
import subprocess
import sys

from measure import Tracer


def dftracer(build):
    """DFTracer from PyPI, in a virtual environment of its own. pydftracer is its
    interface for Python alone; the tracer is in the package that has its name."""
    place = f"{build}/bench/peers"
    found = f"{place}/lib/python*/site-packages/dftracer/lib*/libdftracer_preload.so"
    if not glob.glob(found) and os.environ.get("AIOTRACE_BENCH_PEERS") == "1":
        subprocess.run([sys.executable, "-m", "venv", place], check=False)
        subprocess.run([f"{place}/bin/pip", "-q", "install", "dftracer", "pydftracer"], check=False)
    if not glob.glob(found):
        return None
    about = glob.glob(f"{place}/lib/python*/site-packages/dftracer-*.dist-info")
    version = about[0].rsplit("dftracer-", 1)[1].removesuffix(".dist-info") if about else ""
    return Tracer(f"DFTracer {version}".strip(),
                  {"LD_PRELOAD": glob.glob(found)[0], "DFTRACER_ENABLE": "1", "DFTRACER_INIT": "PRELOAD",
                   "DFTRACER_DATA_DIR": "all", "DFTRACER_LOG_FILE": "{}/trace", "DFTRACER_INC_METADATA": "1"},
                  fewer=10)


def darshan(_):
    found = glob.glob("/usr/lib/*/libdarshan.so") + glob.glob("/usr/local/lib/libdarshan.so")
    if not found:
        return None
    return Tracer("Darshan DXT", {"LD_PRELOAD": found[0], "DARSHAN_ENABLE_NONMPI": "1",
                                  "DXT_ENABLE_IO_TRACE": "1", "DARSHAN_LOGPATH": "{}"}, fewer=2)


def uftrace(_):
    if not shutil.which("uftrace"):
        return None
    return Tracer("uftrace", {}, ["uftrace", "record", "--force", "--no-event", "-d", "{}/data"], fewer=2)


def strace(_):
    if not shutil.which("strace"):
        return None
    return Tracer("strace", {}, ["strace", "-f", "-qq", "-T", "-ttt", "-o", "{}/trace"], fewer=50)


ALL = {"strace": strace, "DFTracer": dftracer, "Darshan": darshan, "uftrace": uftrace}

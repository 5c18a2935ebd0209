"""A Slurm cluster on this machine, for tests: munge, a controller and two nodes on loopback, in a folder of its own.

Needs root, and the Debian packages slurmctld, slurmd, slurm-client and munge.
"""

import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import time

NODES = ["n1", "n2"]
NEEDED = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"]

# A node counts as lost after SlurmdTimeout seconds or some more, a task that was requeued starts after cred_expire, and
# one that has been asked to end is killed after KillWait.
CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={controller}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,requeue_delay=1
JobRequeue=1
ReturnToService=2
SlurmdTimeout=5
SlurmctldTimeout=5
InactiveLimit=0
KillWait=5
MinJobAge=600
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
NODE = "NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 State=UNKNOWN\n"


def missing():
    """What this machine lacks for such a cluster; empty if it has everything."""
    lacks = [name for name in NEEDED if not find(name)]
    return lacks if os.geteuid() == 0 else lacks + ["root"]


def find(name):
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = {}
        host = socket.gethostname()
        conf = CONF.format(host=host, folder=self.folder, controller=free_port())
        conf += "".join(NODE.format(node=node, host=host, port=free_port()) for node in NODES)
        (self.folder / "slurm.conf").write_text(conf)
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.touch(0o600)
        key.write_bytes(secrets.token_bytes(128))
        self.env = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def __enter__(self):
        try:
            self.start("munged", "--foreground", "--force", f"--key-file={self.folder}/munge.key",
                       f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munge.pid",
                       f"--log-file={self.folder}/munge.log", f"--seed-file={self.folder}/munge.seed")
            self.start("slurmctld", "-D", "-c")
            for node in NODES:
                self.start_node(node)
            self.wait(lambda: self.call("sinfo", "--noheader", "--format=%D %t") == f"{len(NODES)} idle", 60,
                      "the nodes are not idle")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, name, *args, key=None):
        log = open(self.folder / f"{key or name}.out", "ab")
        self.processes[key or name] = subprocess.Popen([find(name), *args], env=self.env, stdin=subprocess.DEVNULL,
                                                       stdout=log, stderr=log)
        log.close()

    def start_node(self, node):
        (self.folder / f"spool-{node}").mkdir(exist_ok=True)
        self.start("slurmd", "-D", "-N", node, key=node)

    def processes_on(self, node):
        """The ids of a node's processes: those that started its jobs first, since they would tell of their end."""
        jobs, starters = [], []
        ours = {f"SLURMD_NODENAME={node}".encode(), f"SLURM_CONF={self.folder}/slurm.conf".encode()}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes().split(b"\0")
                parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
                started_by = pathlib.Path("/proc", parent, "comm").read_text().strip()
            except OSError:  # it has just ended
                continue
            if not ours <= set(environment):
                continue
            jobs.append(int(process.name))
            if started_by == "slurmstepd":
                starters.append(int(parent))
        return starters + jobs

    def kill_node(self, node):
        """As if its power failed: everything on it ends at once."""
        daemon = self.processes.pop(node)
        daemon.kill()
        daemon.wait()
        for process in self.processes_on(node):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def stop(self):
        for process in reversed(list(self.processes.values())):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = {}

    def call(self, name, *args, cwd=None):
        """Runs a command of the cluster; returns its output."""
        done = subprocess.run([find(name) or name, *map(str, args)], env=self.env, cwd=cwd, capture_output=True,
                              text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"{name} {args}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait(self, condition, seconds, otherwise):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{otherwise} after {seconds} s\n{self.logs()}")
            time.sleep(0.2)

    def logs(self):
        names = sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")])
        return "\n".join(f"== {name.name}\n{name.read_text(errors='replace')[-3000:]}" for name in names)

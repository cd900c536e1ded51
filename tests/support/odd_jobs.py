# SPDX-License-Identifier: Apache-2.0
"""Jobs that are unlike training, by what is odd about them; "given" lies where they run, 777 bytes."""
JOBS = {
    "forks": r"""
import os
os.mkdir("d")
for i in range(120):
    p=os.fork()
    if p==0:
        fd=os.open(f"d/{i%7}",os.O_CREAT|os.O_WRONLY|os.O_APPEND); os.write(fd,b"x"*100); os.close(fd)
        if i%3==0:
            q=os.fork()
            if q==0:
                fd=os.open(f"d/g{i}",os.O_CREAT|os.O_EXCL|os.O_WRONLY); os.write(fd,b"y"*10); os.fsync(fd); os._exit(0)
            os.waitpid(q,0); os.unlink(f"d/g{i}")
        os._exit(0)
    if i%20==0: os.waitpid(p,0)
try:
    while True: os.wait()
except ChildProcessError: pass
for i in range(7): os.stat(f"d/{i}")
""",
    "exec": r"""
import os,sys
n=int(sys.argv[1]) if len(sys.argv)>1 else 12
fd=os.open(f"x{n}",os.O_CREAT|os.O_RDWR); os.write(fd,b"a"*5000)
if n:
    os.rename(f"x{n}",f"y{n}")
    os.set_inheritable(fd,True)
    os.execv(sys.executable,[sys.executable,"-c",open("me").read(),str(n-1)])
for i in range(1,13): assert os.path.getsize(f"y{i}")==5000; os.unlink(f"y{i}")
""",
    "renames": r"""
import os,threading
os.makedirs("a/b/c");
for i in range(20): open(f"a/b/c/{i}","wb").write(bytes(1000+i))
os.rename("a/b","a/z"); os.rename("a","q")
for i in range(20): assert len(open(f"q/z/c/{i}","rb").read())==1000+i
for r in range(50):
    open("cur.tmp","wb").write(bytes(300)); os.rename("cur.tmp","cur"); open("cur","rb").read()
    os.replace("cur","old"); os.link("old","cur2"); os.unlink("old"); os.rename("cur2","cur")
os.rename("q/z/c/3","q/z/c/4")
os.rename("q/z","pre") if not os.path.exists("pre") else None
open("pre/c/5","rb").read(); os.unlink("pre/c/5")
def w(n):
    for i in range(30):
        open(f"t{n}.tmp","wb").write(bytes(n*100+100)); os.rename(f"t{n}.tmp",f"t{n}-{i}")
    for i in range(30): os.unlink(f"t{n}-{i}")
t=[threading.Thread(target=w,args=(n,)) for n in range(8)]; [x.start() for x in t]; [x.join() for x in t]
""",
    "deleted": r"""
import os
for i in range(50):
    fd=os.open("gone",os.O_CREAT|os.O_RDWR); os.unlink("gone"); os.write(fd,b"z"*4096); os.lseek(fd,0,0); os.read(fd,4096); os.ftruncate(fd,100); os.pread(fd,200,0); os.close(fd)
    try: os.open("gone",os.O_RDONLY)
    except OSError: pass
os.unlink("given")
open("given","wb").write(b"1")
open("given","ab").write(b"22")
assert os.path.getsize("given")==3
""",
    "append": r"""
import os,threading
def w(n):
    fd=os.open("log",os.O_CREAT|os.O_WRONLY|os.O_APPEND)
    for i in range(200): os.write(fd,b"%d\n"%n*10)
    os.close(fd)
t=[threading.Thread(target=w,args=(n,)) for n in range(5)]; [x.start() for x in t]; [x.join() for x in t]
for _ in range(4):
    if os.fork()==0: w(9); os._exit(0)
for _ in range(4): os.wait()
f=os.open("log",os.O_RDONLY)
while os.read(f,1000): pass
""",
    "sparse": r"""
import os
fd=os.open("sp",os.O_CREAT|os.O_RDWR)
os.pwrite(fd,b"end",3<<40); os.pwrite(fd,b"mid",1<<30); os.pread(fd,100,1<<29)
os.lseek(fd,0,os.SEEK_DATA); os.lseek(fd,0,os.SEEK_HOLE)
os.ftruncate(fd,1<<31); os.truncate("sp",100); os.ftruncate(fd,1<<40); os.posix_fallocate(fd,0,1<<16); os.ftruncate(fd,5)
os.lseek(fd,0,os.SEEK_END); os.write(fd,b"x")
""",
    "hand": r"""
import os,socket
a,b=socket.socketpair(); r,w=os.pipe()
if os.fork()==0:
    for i in range(30):
        open(f"h{i}","wb").write(bytes(2000)); a.send(b"1"); os.write(w,b"%4d"%i)
    os._exit(0)
for i in range(30):
    b.recv(1); os.read(r,4); assert len(open(f"h{i}","rb").read())==2000; os.unlink(f"h{i}")
os.wait()
""",
    "links": r"""
import os
os.mkdir("v1"); open("v1/model.pt","wb").write(bytes(5000)); open("plain","wb").write(bytes(300)); open("given","rb").read()
os.symlink("plain","one"); assert len(open("one","rb").read())==300; os.lstat("one"); os.readlink("one")
f=open("one","ab"); f.write(b"x"*50); f.close(); assert len(open("plain","rb").read())==350
os.symlink("v1","latest.tmp"); os.rename("latest.tmp","latest"); assert len(open("latest/model.pt","rb").read())==5000
open("latest/new","wb").write(bytes(70)); assert len(open("v1/new","rb").read())==70; os.rename("latest/new","latest/newer")
assert len(open("v1/newer","rb").read())==70; os.unlink("latest/newer")
os.mkdir("v2"); open("v2/model.pt","wb").write(bytes(6000))
os.symlink(os.path.abspath("v2"),"last.tmp"); os.replace("last.tmp","last"); assert len(open("last/model.pt","rb").read())==6000
os.unlink("one"); os.symlink("../"+os.path.basename(os.getcwd())+"/v2/model.pt","two"); assert len(open("two","rb").read())==6000
os.symlink("given","way"); assert len(open("way","rb").read())==777
""",
    "links in folders": r"""
import os, shutil
os.makedirs("set/in"); open("set/in/f","wb").write(bytes(900)); open("set/g","wb").write(bytes(40)); os.symlink("in/f","set/link"); os.symlink("in","set/way")
shutil.copytree("set","copy",symlinks=True); os.rename("copy","moved"); os.makedirs("up"); os.rename("moved","up/again")
for n, name in ((900, "link"), (900, "way/f"), (40, "way/../g")): assert len(open("up/again/"+name,"rb").read())==n
open("up/again/way/new","wb").write(bytes(5)); assert os.path.getsize("up/again/in/new")==5
os.mkdir("copy"); os.mkdir("copy/in"); open("copy/in/f","wb").write(bytes(7)); os.symlink("in/f","copy/link"); assert len(open("copy/link","rb").read())==7
os.unlink("up/again/link"); os.rename("up","copy/up"); assert len(open("copy/up/again/way/f","rb").read())==900
shutil.copytree("copy","last"); assert os.path.getsize("last/up/again/way/f")==900
""",
    "relinked": r"""
import os
os.mkdir("v1"); os.mkdir("v2"); os.mkdir("run")
open("v1/m","wb").write(bytes(5000)); open("v2/m","wb").write(bytes(5001)); open("a","wb").write(bytes(300)); open("b","wb").write(bytes(301))
for r in range(3):
    for text, n in (("a", 300), ("b", 301)):
        if os.path.lexists("cur"): os.unlink("cur")
        os.symlink(text, "cur"); assert len(open("cur","rb").read())==n
    for version, n in (("v1", 5000), ("v2", 5001)):
        os.symlink("../"+version,"run/latest.tmp"); os.replace("run/latest.tmp","run/latest"); assert len(open("run/latest/m","rb").read())==n
        with open("run/latest/log","ab") as f: f.write(b"x"*10)
os.symlink("run/latest","way"); assert len(open("way/m","rb").read())==5001
""",
    "allocated": r"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def fallocate(mode, offset, size):
    if libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(size)): raise OSError(ctypes.get_errno(), "fallocate")
fd = os.open("f", os.O_CREAT | os.O_RDWR)
fallocate(1, 0, 1 << 20); assert os.fstat(fd).st_size == 0     # keeps the size
for i in range(10): os.write(fd, b"x" * 5000)
fallocate(3, 4096, 8192); os.pread(fd, 20000, 0)               # punches a hole
fallocate(1, 60000, 3000); assert os.fstat(fd).st_size == 50000
fallocate(0, 100, 65436); assert os.fstat(fd).st_size == 65536
os.pread(fd, 100000, 0); os.close(fd)
""",
    "flags": r"""
import os
fd = os.open("log", os.O_CREAT | os.O_RDWR)
for i in range(8): os.pwritev(fd, [b"a" * 1000, b"b" * 24], i * 1024, os.RWF_DSYNC)
os.pwritev(fd, [b"s" * 100], 0, os.RWF_SYNC)
os.pwritev(fd, [b"s" * 50, b"t" * 50], 0, getattr(os, "RWF_APPEND", 16)); assert os.fstat(fd).st_size == 8292
os.preadv(fd, [bytearray(4096)], 0, os.RWF_NOWAIT)
os.write(fd, b"12345"); os.lseek(fd, 0, 2); os.write(fd, b"12345")
""",
    "staged": r"""
import os, shutil
os.makedirs("nas/set"); os.makedirs("nvme")
for i in range(5): open(f"nas/set/{i}","wb").write(bytes(30000+i)); shutil.copyfile(f"nas/set/{i}",f"nvme/{i}.part"); os.replace(f"nvme/{i}.part",f"nvme/{i}")
a = os.open("nas/set/0", os.O_RDONLY); b = os.open("nvme/copied", os.O_CREAT | os.O_WRONLY)
os.copy_file_range(a, b, 10000); os.copy_file_range(a, b, 1 << 20, 5, 100)
r, w = os.pipe(); os.splice(a, w, 1000, offset_src=77); os.splice(r, b, 1 << 20, offset_dst=50)
shutil.move("nvme", "fast"); shutil.copytree("fast", "again"); shutil.rmtree("nas")
for i in range(5): assert len(open(f"again/{i}","rb").read())==30000+i
""",
    "nameless": r"""
import os, tempfile
os.mkdir("out")
for i in range(6):
    fd = os.open("out", os.O_TMPFILE | os.O_RDWR)
    os.write(fd, bytes(3000 + i)); os.fsync(fd)
    os.link(f"/proc/self/fd/{fd}", f"out/shard{i}", src_dir_fd=0, follow_symlinks=True)
    os.close(fd)
    assert len(open(f"out/shard{i}", "rb").read()) == 3000 + i
for i in range(3):
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR); os.write(fd, b"q" * 777); os.pread(fd, 777, 0); os.close(fd)
with tempfile.TemporaryFile(dir=".") as f: f.write(bytes(10000)); f.seek(5); f.read(100)
os.rename("out/shard0", "out/done")
""",
    "nameless by number": r"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
os.mkdir("out")
for i in range(4):
    fd = os.open("out", os.O_TMPFILE | os.O_RDWR); os.write(fd, bytes(2000 + i))
    if libc.linkat(fd, b"", -100, f"out/shard{i}".encode(), 0x1000): raise OSError(ctypes.get_errno(), "linkat")
    os.close(fd); assert len(open(f"out/shard{i}", "rb").read()) == 2000 + i
""",
    "nameless of another": r"""
import os
r, w = os.pipe()
child = os.fork()
if child == 0:
    own = os.open(".", os.O_TMPFILE | os.O_RDWR); os.write(own, bytes(11)); number = os.read(r, 1)[0]
    assert own == number
    os.link(f"/proc/{os.getppid()}/fd/{number}", "theirs", src_dir_fd=0, follow_symlinks=True)
    os.link(f"/proc/self/fd/{number}", "mine", src_dir_fd=0, follow_symlinks=True)
    os._exit(0)
fd = os.open(".", os.O_TMPFILE | os.O_RDWR); os.write(fd, bytes(2222)); os.write(w, bytes([fd])); os.waitpid(child, 0)
assert os.path.getsize("theirs") == 2222 and os.path.getsize("mine") == 11
""",
    "hard links of links": r"""
import os
here = os.open(".", os.O_RDONLY)
open("real", "wb").write(bytes(500)); os.symlink("real", "way")
os.link("way", "followed", src_dir_fd=here, follow_symlinks=True); os.link("way", "itself", follow_symlinks=False)
os.unlink("way"); open("followed", "ab").write(bytes(20)); open("itself", "ab").write(bytes(3))
assert os.path.islink("itself") and not os.path.islink("followed") and os.path.getsize("real") == 523
""",
    "exchanged": r"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def rename(a, b, flags):
    if libc.renameat2(-100, a.encode(), -100, b.encode(), flags): raise OSError(ctypes.get_errno(), "renameat2")
open("a", "wb").write(bytes(100)); open("b", "wb").write(bytes(200))
os.makedirs("old/in"); open("old/in/f", "wb").write(bytes(300)); os.mkdir("new"); open("new/g", "wb").write(bytes(400))
rename("a", "b", 2); assert len(open("a", "rb").read()) == 200 and len(open("b", "rb").read()) == 100
rename("old", "new", 2); assert len(open("new/in/f", "rb").read()) == 300 and len(open("old/g", "rb").read()) == 400
rename("new", "b", 2); assert len(open("b/in/f", "rb").read()) == 300; open("new", "ab").write(b"x")
rename("given", "a", 2); assert len(open("a", "rb").read()) == 777; rename("given", "a", 2)
try: rename("a", "old/g", 1)
except OSError: rename("a", "old/h", 1)
""",
    "copies that fail": r"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
a = os.open("given", os.O_RDONLY); b = os.open("all", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
for i in range(3):
    if libc.copy_file_range(a, None, b, None, ctypes.c_size_t(1 << 62), 0) < 0: os.write(b, os.pread(a, 1000, 0))
try: os.sendfile(b, a, 0, 1 << 30)
except OSError: pass
""",
    "renamed unseen": r"""
import os, shutil
os.rename("given", "x"); assert len(open("x", "rb").read()) == 777
os.rename("x", "y"); os.rename("y", "z"); open("z", "ab").write(b"1")
os.rename("folder", "other"); assert len(open("other/in/f", "rb").read()) == 888
os.rename("other", "third"); assert len(open("third/in/f", "rb").read()) == 888
os.rename("listed", "seen"); assert sorted(os.listdir("seen")) == ["p", "q"]
for name in "pq": assert len(open(f"seen/{name}", "rb").read()) == 99
os.rename("cut", "shorter"); fd = os.open("shorter", os.O_RDWR); os.ftruncate(fd, 5); os.close(fd)
""",
    "dots": r"""
import os
os.makedirs("a/b"); os.makedirs("v1/in"); os.symlink("v1/in", "latest"); os.chdir("a/b")
os.mkdir("../x"); os.rename("../x", "../../y"); os.mkdir("./../../y/./z"); os.stat("../../y/z")
open("../f", "wb").write(bytes(300)); os.rename("../f", "../../y/f"); assert len(open("../../y/z/../f", "rb").read()) == 300
os.truncate("../../y/f", 200); os.link("../../y/f", "../../y/g"); os.symlink("../y/f", "../to"); assert len(open("../to", "rb").read()) == 200
os.mkdir("../../latest/../made"); open("../../v1/made/f", "wb").write(bytes(500)); os.rename("../../latest/../made", "../../latest/moved")
assert len(open("../../v1/in/moved/f", "rb").read()) == 500; os.unlink("../../latest/../in/moved/f"); os.rmdir("../../latest/moved")
assert len(open("../../given", "rb").read()) == 777; os.rename("../../given", "../given")
""",
    "threads": r"""
import os,threading
threading.stack_size(65536)
bar=threading.Barrier(300)
def w(n):
    bar.wait(); fd=os.open(f"f{n%50}",os.O_CREAT|os.O_RDWR); os.pwrite(fd,b"q"*500,n*500); os.pread(fd,500,n*500); os.close(fd)
t=[threading.Thread(target=w,args=(n,)) for n in range(300)]; [x.start() for x in t]; [x.join() for x in t]
""",
    "killed": r"""
import os,signal,time
for i in range(50):
    fd=os.open(f"k{i}",os.O_CREAT|os.O_WRONLY); os.write(fd,b"t"*3000); os.close(fd); os.rename(f"k{i}",f"K{i}")
p=os.fork()
if p==0:
    f=os.open("K3",os.O_RDONLY)
    while True: os.pread(f,100,0)
f=os.open("K4",os.O_RDONLY); os.read(f,10); os.kill(p,9); os.wait()
fd=os.open("half",os.O_CREAT|os.O_WRONLY); os.write(fd,b"t")
os.kill(os.getpid(),9)
""",
    "dirfd": r"""
import os
os.mkdir("dd"); d=os.open("dd",os.O_RDONLY)
for i in range(10):
    f=os.open(str(i),os.O_CREAT|os.O_WRONLY,dir_fd=d); os.write(f,b"1"); os.close(f)
os.rename("0","00",src_dir_fd=d,dst_dir_fd=d); os.unlink("1",dir_fd=d); os.stat("2",dir_fd=d); os.mkdir("s",dir_fd=d); os.rmdir("s",dir_fd=d)
for e in os.scandir(d): e.stat()
os.fsync(d)
""",
    "shell": r"""
import subprocess
subprocess.run(["sh", "-c", "dd if=given of=/dev/null bs=1 2>/dev/null; truncate -s 2000 given; dd if=given of=copy bs=1 2>/dev/null; cat given >> copy"],
               check=True)
""",
    "replaced": r"""
import os
f = os.open("new", os.O_CREAT | os.O_RDWR); os.write(f, bytes(3000)); os.close(f)
assert len(open("given", "rb").read()) == 777; os.rename("new", "given"); assert len(open("given", "rb").read()) == 3000
f = os.open("other", os.O_CREAT | os.O_RDWR); os.write(f, bytes(300)); os.close(f)
os.rename("given", "other"); f = os.open("other", os.O_RDWR); assert len(os.read(f, 5000)) == 3000; os.close(f)
""",
    "refused": r"""
import os
def fails(call, *arguments, **more):
    try: call(*arguments, **more)
    except OSError: return
    raise AssertionError(call)
f = os.open("sparse", os.O_CREAT | os.O_RDWR); os.write(f, bytes(100)); os.ftruncate(f, 1 << 20)
for at, whence in ((1 << 20, os.SEEK_DATA), ((1 << 20) - 5, os.SEEK_DATA), (-5, os.SEEK_SET), (-2 << 20, os.SEEK_END)): fails(os.lseek, f, at, whence)
assert os.lseek(f, 0, os.SEEK_HOLE) > 0
os.symlink("later", "link"); os.utime("link", follow_symlinks=False); os.readlink("link"); fails(os.readlink, "sparse")
fails(os.open, "link", os.O_NOFOLLOW | os.O_RDONLY); fails(os.open, "link", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
f = os.open("later", os.O_CREAT | os.O_EXCL | os.O_WRONLY); os.write(f, bytes(40)); os.close(f); assert len(open("link", "rb").read()) == 40
fails(os.mkdir, "no/such"); fails(os.open, "neither/such", os.O_CREAT | os.O_WRONLY); os.mkdir("no"); os.mkdir("no/such")
""",
    "inode again": r"""
import os
for i in range(20):
    f = os.open(".", os.O_TMPFILE | os.O_RDWR); os.write(f, bytes(500)); os.close(f)
    f = os.open(f"f{i}", os.O_CREAT | os.O_RDWR); os.write(f, bytes(100 + i)); os.close(f)
    f = os.open(f"f{i}", os.O_RDONLY); assert len(os.read(f, 900)) == 100 + i; os.close(f)
""",
    "end met": r"""
import os, threading
f = os.open("log", os.O_CREAT | os.O_RDWR); os.write(f, bytes(10))
met, grown, read = threading.Event(), threading.Event(), threading.Event()
def tail():
    f = os.open("log", os.O_RDONLY); os.read(f, 100)
    for i in range(500): assert os.read(f, 100) == b""
    met.set(); grown.wait()
    for i in range(500): assert len(os.pread(f, 100, 0)) == 60
    read.set(); os.close(f)
def grow():
    f = os.open("log", os.O_RDWR); met.wait(); os.pwrite(f, bytes(50), 10); grown.set(); read.wait(); os.ftruncate(f, 5); os.close(f)
threads = [threading.Thread(target=t) for t in (tail, grow)]; [t.start() for t in threads]; [t.join() for t in threads]
""",
    "remapped": r"""
import mmap, os
f = os.open("mapped", os.O_CREAT | os.O_RDWR); os.ftruncate(f, 65536)
m = mmap.mmap(f, 65536); os.close(f)
for at in range(0, 65536, 4096): m[at] = 1
m.resize(1 << 20)
for at in range(0, 1 << 20, 4096): m[at] = 1
m.flush(); m.close()
""",
    "fds": r"""
import os
f=[os.open("/dev/null",os.O_RDONLY)]
a=os.open("one",os.O_CREAT|os.O_RDWR)
b=os.dup(a); os.close(a); os.write(b,b"3"*10); c=os.dup2(b,99); os.close(b); os.write(99,b"1");
if os.fork()==0: os.write(99,b"c"*7); os.lseek(99,0,0); os.read(99,5); os._exit(0)
os.wait(); os.read(99,3); os.close(99)
x=[os.open(f"n{i}",os.O_CREAT|os.O_RDWR) for i in range(400)]
[os.write(i,b"1") for i in x]; [os.close(i) for i in reversed(x)]
""",
}

# SPDX-License-Identifier: Apache-2.0
"""Writes a C program whose functions have tables for exceptions that are made of
chance: `native_hostile.py FUNCTIONS SEED`. Each function calls the next kind of
read, again and again, so that walks go through them; the program prints how often.
"""
import random
import sys

COUNT, CHANCE = int(sys.argv[1]), random.Random(int(sys.argv[2]))
# Instructions by what they take: a register, a number, a signed one, an expression. A linker makes no index of others.
CODES = {0x0c: "rn", 0x0d: "r", 0x0e: "n", 0x0f: "e", 0x10: "re", 0x12: "rn", 0x13: "n", 0x05: "rn", 0x06: "r", 0x07: "r", 0x08: "r",
         0x09: "rr", 0x0a: "", 0x0b: "", 0x11: "rn", 0x14: "rn", 0x15: "rn", 0x16: "re", 0x2e: "n", 0x86: "n", 0x90: "n", 0xc6: ""}


def leb(value):
    return [value & 127 | 128] + leb(value >> 7) if value > 127 else [value]


def number():
    return leb(CHANCE.choice((CHANCE.randrange(64), CHANCE.randrange(1 << 14), CHANCE.randrange(1 << 63))))


def expression():
    inner = CHANCE.choice(([0x76, CHANCE.randrange(128)], [0x77, CHANCE.randrange(128), 6], [CHANCE.randrange(256) for _ in range(5)]))
    return leb(len(inner)) + inner


def program():
    out = []
    for _ in range(CHANCE.randrange(1, 12)):
        code = CHANCE.choice(list(CODES))
        out.append(code)
        for kind in CODES[code]:
            out += {"r": lambda: [CHANCE.choice((6, 7, 16, 3))], "n": number, "e": expression}[kind]()
    return ", ".join(map(str, out))


print("""#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int data;
static long done;

__attribute__((noinline, used)) void touch(void)
{
	char byte;
	done += pread(data, &byte, 1, 0) == 1;
}
""")
for i in range(COUNT):
    print(f"""__asm__(".text\\n.type odd{i}, @function\\nodd{i}:\\n\\t.cfi_startproc\\n\\tpush %rbp\\n\\t.cfi_escape {program()}\\n"
        "\\tmov %rsp, %rbp\\n\\t.cfi_escape {program()}\\n\\tcall touch\\n\\tpop %rbp\\n\\tret\\n\\t.cfi_endproc\\n.size odd{i}, . - odd{i}\\n");
void odd{i}(void);""")
print("""
int main(int count, char **arguments)
{
	data = open(arguments[count - 1], O_RDONLY);
	for (int round = 0; round < 20; round++) {""")
print("\n".join(f"\t\todd{i}();" for i in range(COUNT)))
print("""	}
	printf("%ld\\n", done);
	return 0;
}""")

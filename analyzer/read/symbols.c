/* SPDX-License-Identifier: Apache-2.0 */
#include "read/symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <libiberty/demangle.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

struct symbols {
	Dwfl *session;
	Dwfl_Module *module;
	GElf_Addr bias; /* libdwfl's addresses are the file's plus this */
};

static char *symbols_no_path; /* beside the files themselves, the usual places */

static const Dwfl_Callbacks symbols_callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &symbols_no_path,
};

static bool symbols_unchanged(const char *path, int64_t since_ns)
{
	struct stat file;

	return !stat(path, &file) && file.st_mtim.tv_sec < since_ns / 1000000000 &&
	       file.st_ctim.tv_sec < since_ns / 1000000000;
}

static bool symbols_same(const struct symbols *s, const char *path, const uint8_t *build_id,
                         size_t bytes, int64_t unchanged_ns)
{
	const unsigned char *own;
	GElf_Addr at;
	int own_bytes = dwfl_module_build_id(s->module, &own, &at);

	if (own_bytes <= 0)
		return !bytes && symbols_unchanged(path, unchanged_ns);
	return (size_t)own_bytes == bytes && !memcmp(own, build_id, bytes);
}

/* A name in a trace may be anything by now. */
static int symbols_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat file;

	if (fd >= 0 && (fstat(fd, &file) || !S_ISREG(file.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct symbols *symbols_open(const char *path, const uint8_t *build_id, size_t bytes,
                             int64_t unchanged_ns)
{
	struct symbols *s;
	int fd = symbols_file(path);

	if (fd < 0)
		return NULL;
	s = memory_get(1, sizeof *s);
	/* Nothing is to be asked of a server. */
	unsetenv("DEBUGINFOD_URLS");
	s->session = dwfl_begin(&symbols_callbacks);
	if (s->session)
		s->module = dwfl_report_offline(s->session, path, path, fd);
	if (!s->module)
		close(fd);
	if (s->module && !dwfl_report_end(s->session, NULL, NULL) &&
	    dwfl_module_getelf(s->module, &s->bias) &&
	    symbols_same(s, path, build_id, bytes, unchanged_ns))
		return s;
	symbols_close(s);
	return NULL;
}

void symbols_close(struct symbols *s)
{
	dwfl_end(s->session);
	free(s);
}

/* Without arguments: long ones would hide the rest. */
static char *symbols_demangle(const char *name)
{
	char *text = cplus_demangle(name, DMGL_AUTO | DMGL_ANSI);

	return text ? text : memory_text(name, strlen(name));
}

/* Text of a DIE's attribute, its own or that of what it is an instance of. */
static const char *symbols_text(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

static char *symbols_function(Dwarf_Die *die)
{
	const char *name = symbols_text(die, DW_AT_linkage_name);

	if (!name)
		name = symbols_text(die, DW_AT_MIPS_linkage_name);
	if (name)
		return symbols_demangle(name);
	name = symbols_text(die, DW_AT_name);
	return name ? memory_text(name, strlen(name)) : NULL;
}

static uint32_t symbols_number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;

	if (dwarf_formudata(dwarf_attr(die, name, &attribute), &number) || number > UINT32_MAX)
		return 0;
	return (uint32_t)number;
}

/* Where an inlined function was called. */
static void symbols_caller(Dwarf_Die *die, struct symbol_place *place)
{
	Dwarf_Die unit;
	Dwarf_Files *files;
	size_t count;
	uint32_t file = symbols_number(die, DW_AT_call_file);

	place->line = symbols_number(die, DW_AT_call_line);
	place->file = NULL;
	if (dwarf_diecu(die, &unit, NULL, NULL) && !dwarf_getsrcfiles(&unit, &files, &count) &&
	    file < count)
		place->file = dwarf_filesrc(files, file, NULL, NULL);
}

/* The blocks and functions around an address, from the innermost. */
static int symbols_scopes(struct symbols *s, Dwarf_Die *unit, Dwarf_Addr at, Dwarf_Die **scopes)
{
	Dwarf_Die innermost;
	Dwarf_Addr bias;
	int count = dwarf_getscopes(unit, at, scopes);
	bool found;

	if (count <= 0)
		return 0;
	/* Those of an inlined function are where it was written; wanted is where it
	 * was put. */
	found = dwarf_offdie(dwfl_module_getdwarf(s->module, &bias), dwarf_dieoffset(*scopes),
	                     &innermost);
	free(*scopes);
	*scopes = NULL;
	return found ? dwarf_getscopes_die(&innermost, scopes) : 0;
}

struct symbols_telling {
	void (*say)(void *arg, const struct symbol_place *place);
	void *arg;
};

/* Returns whether the function that is not inlined was reached. */
static bool symbols_say_scopes(Dwarf_Die *scopes, int count, struct symbol_place place,
                               const struct symbols_telling *to)
{
	for (int i = 0; i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);
		char *name;
		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
			continue;
		name = symbols_function(&scopes[i]);
		place.function = name ? name : "?";
		to->say(to->arg, &place);
		free(name);
		if (tag == DW_TAG_subprogram)
			return true;
		symbols_caller(&scopes[i], &place);
	}
	return false;
}

static bool symbols_say_debug(struct symbols *s, GElf_Addr address,
                              const struct symbols_telling *to)
{
	Dwarf_Addr bias;
	Dwarf_Die *unit = dwfl_module_addrdie(s->module, address, &bias), *scopes = NULL;
	Dwarf_Line *line = unit ? dwarf_getsrc_die(unit, address - bias) : NULL;
	struct symbol_place place = {0};
	int number = 0, count;
	bool said;

	if (!unit)
		return false;
	if (line && !dwarf_lineno(line, &number))
		place.file = dwarf_linesrc(line, NULL, NULL);
	place.line = (uint32_t)number;
	count = symbols_scopes(s, unit, address - bias, &scopes);
	said = symbols_say_scopes(scopes, count, place, to);
	free(scopes);
	return said;
}

static void symbols_say_symbol(struct symbols *s, GElf_Addr address,
                               const struct symbols_telling *to)
{
	struct symbol_place place = {0};
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name =
	        dwfl_module_addrinfo(s->module, address, &offset, &symbol, NULL, NULL, NULL);
	char *text;

	if (!name || GELF_ST_TYPE(symbol.st_info) > STT_FUNC)
		return;
	text = symbols_demangle(name);
	text[strcspn(text, "@")] = 0; /* a version */
	place.function = text;
	to->say(to->arg, &place);
	free(text);
}

void symbols_look(struct symbols *s, uint64_t offset,
                  void (*say)(void *arg, const struct symbol_place *place), void *arg)
{
	struct symbols_telling to = {say, arg};

	if (!symbols_say_debug(s, offset + s->bias, &to))
		symbols_say_symbol(s, offset + s->bias, &to);
}

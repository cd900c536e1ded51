// SPDX-License-Identifier: Apache-2.0
//
// Reads a file in ways that C++ has: native_cpp FILE. The lines that do it are marked.
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace data
{
struct Reader {
	std::string path;

	__attribute__((always_inline)) inline long whole(int fd, char *to)
	{
		return pread(fd, to, 100, 1); // inlined
	}

	__attribute__((noinline)) long raw()
	{
		int fd = open(path.c_str(), O_RDONLY); // opens
		char bytes[100];
		long got = whole(fd, bytes); // calls
		close(fd);
		return got;
	}

	template <typename T> __attribute__((noinline)) T stream()
	{
		std::ifstream in(path);
		std::vector<char> bytes(5000);
		in.read(bytes.data(), 5000); // streams
		return static_cast<T>(in.gcount());
	}
};
} // namespace data

int main(int, char **arguments)
{
	data::Reader reader{arguments[1]};
	return reader.raw() + reader.stream<long>() < 0;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Single wide characters: like those of one byte, recorded where they call the
 * kernel.
 */
#include <wchar.h>

#include "calls/stream.h"

static wint_t wide_got(const struct stream *stream, enum aiot_call id, wint_t character)
{
	stream_got(stream, id, character == WEOF ? EOF : 1);
	return character;
}

static wint_t wide_put(const struct stream *stream, enum aiot_call id, wint_t character)
{
	stream_put(stream, id, character == WEOF ? EOF : 1);
	return character;
}

wint_t fgetwc(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, file))
		return REAL(fgetwc)(file);
	return wide_got(&stream, AIOT_CALL_fgetwc, REAL(fgetwc)(file));
}

wint_t getwc(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, file))
		return REAL(getwc)(file);
	return wide_got(&stream, AIOT_CALL_getwc, REAL(getwc)(file));
}

wint_t fgetwc_unlocked(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, file))
		return REAL(fgetwc_unlocked)(file);
	return wide_got(&stream, AIOT_CALL_fgetwc_unlocked, REAL(fgetwc_unlocked)(file));
}

wint_t getwc_unlocked(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, file))
		return REAL(getwc_unlocked)(file);
	return wide_got(&stream, AIOT_CALL_getwc_unlocked, REAL(getwc_unlocked)(file));
}

wint_t getwchar(void)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, stdin))
		return REAL(getwchar)();
	return wide_got(&stream, AIOT_CALL_getwchar, REAL(getwchar)());
}

wint_t getwchar_unlocked(void)
{
	struct stream stream;
	if (!stream_begin_get_wide(&stream, stdin))
		return REAL(getwchar_unlocked)();
	return wide_got(&stream, AIOT_CALL_getwchar_unlocked, REAL(getwchar_unlocked)());
}

wint_t fputwc(wchar_t character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, file))
		return REAL(fputwc)(character, file);
	return wide_put(&stream, AIOT_CALL_fputwc, REAL(fputwc)(character, file));
}

wint_t putwc(wchar_t character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, file))
		return REAL(putwc)(character, file);
	return wide_put(&stream, AIOT_CALL_putwc, REAL(putwc)(character, file));
}

wint_t fputwc_unlocked(wchar_t character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, file))
		return REAL(fputwc_unlocked)(character, file);
	return wide_put(&stream, AIOT_CALL_fputwc_unlocked, REAL(fputwc_unlocked)(character, file));
}

wint_t putwc_unlocked(wchar_t character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, file))
		return REAL(putwc_unlocked)(character, file);
	return wide_put(&stream, AIOT_CALL_putwc_unlocked, REAL(putwc_unlocked)(character, file));
}

wint_t putwchar(wchar_t character)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, stdout))
		return REAL(putwchar)(character);
	return wide_put(&stream, AIOT_CALL_putwchar, REAL(putwchar)(character));
}

wint_t putwchar_unlocked(wchar_t character)
{
	struct stream stream;
	if (!stream_begin_put_wide(&stream, stdout))
		return REAL(putwchar_unlocked)(character);
	return wide_put(&stream, AIOT_CALL_putwchar_unlocked, REAL(putwchar_unlocked)(character));
}

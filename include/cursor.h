/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CURSOR_H
#define NFCLASS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of bytes from outside.  Every read checks the bound and, when it fails,
 * leaves both the cursor and the result untouched. */
struct cursor {
	const uint8_t *p, *end;
};

static inline struct cursor cur_of(const void *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;

	return (struct cursor){ p, p + len };
}

static inline size_t cur_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool cur_skip(struct cursor *c, size_t n)
{
	if (cur_left(c) < n)
		return false;
	c->p += n;
	return true;
}

/* The next n bytes as a borrowed pointer, good as long as the data behind the cursor. */
static inline bool cur_bytes(struct cursor *c, size_t n, const uint8_t **v)
{
	if (cur_left(c) < n)
		return false;
	*v = c->p;
	c->p += n;
	return true;
}

static inline bool cur_u8(struct cursor *c, uint8_t *v)
{
	if (cur_left(c) < 1)
		return false;
	*v = *c->p++;
	return true;
}

/* Big-endian (network order) in, host order out. */
static inline bool cur_be16(struct cursor *c, uint16_t *v)
{
	if (cur_left(c) < 2)
		return false;
	*v = (uint16_t)(c->p[0] << 8 | c->p[1]);
	c->p += 2;
	return true;
}

static inline bool cur_be32(struct cursor *c, uint32_t *v)
{
	if (cur_left(c) < 4)
		return false;
	*v = (uint32_t)c->p[0] << 24 | (uint32_t)c->p[1] << 16 | (uint32_t)c->p[2] << 8 |
	     c->p[3];
	c->p += 4;
	return true;
}

static inline bool cur_be64(struct cursor *c, uint64_t *v)
{
	uint32_t hi, lo;

	if (cur_left(c) < 8 || !cur_be32(c, &hi) || !cur_be32(c, &lo))
		return false;
	*v = (uint64_t)hi << 32 | lo;
	return true;
}

/* Little-endian, for our own files. */
static inline bool cur_le16(struct cursor *c, uint16_t *v)
{
	if (cur_left(c) < 2)
		return false;
	*v = (uint16_t)(c->p[0] | c->p[1] << 8);
	c->p += 2;
	return true;
}

static inline bool cur_le32(struct cursor *c, uint32_t *v)
{
	if (cur_left(c) < 4)
		return false;
	*v = (uint32_t)c->p[3] << 24 | (uint32_t)c->p[2] << 16 | (uint32_t)c->p[1] << 8 |
	     c->p[0];
	c->p += 4;
	return true;
}

static inline bool cur_le64(struct cursor *c, uint64_t *v)
{
	uint32_t lo, hi;

	if (cur_left(c) < 8 || !cur_le32(c, &lo) || !cur_le32(c, &hi))
		return false;
	*v = (uint64_t)hi << 32 | lo;
	return true;
}

#endif

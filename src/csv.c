/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct csv csv_of(const char *text, size_t len)
{
	struct csv c = { text, text + len, 1, 1 };

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		c.p += 3;
	return c;
}

bool csv_more(const struct csv *c)
{
	return c->p < c->end;
}

static int bad(const struct csv *c, struct fault *f, const char *what)
{
	return fault_set(f, -EINVAL, "line %u: %s", c->line_next, what);
}

/* Between quotes, up to behind the closing one. */
static int quoted(struct csv *c, struct csv_field *field, struct fault *f)
{
	field->text = ++c->p;
	for (; c->p < c->end; c->p++) {
		if (*c->p == '\0')
			return bad(c, f, "NUL byte");
		if (*c->p == '\n')
			c->line_next++;
		if (*c->p != '"')
			continue;
		if (c->end - c->p < 2 || c->p[1] != '"') {
			field->len = (size_t)(c->p++ - field->text);
			return 0;
		}
		field->doubled = true;
		c->p++;
	}
	return bad(c, f, "quoted field does not end");
}

static void plain(struct csv *c, struct csv_field *field)
{
	field->text = c->p;
	while (c->p < c->end && *c->p != ',' && *c->p != '\n' && *c->p != '\r' &&
	       *c->p != '"' && *c->p != '\0')
		c->p++;
	field->len = (size_t)(c->p - field->text);
}

int csv_next(struct csv *c, struct csv_field *field, struct fault *f)
{
	int err;

	*field = (struct csv_field){ .last = true };
	c->line = c->line_next;
	if (c->p < c->end && *c->p == '"') {
		err = quoted(c, field, f);
		if (err)
			return err;
	} else {
		plain(c, field);
	}
	if (c->p == c->end)
		return 0;
	if (*c->p == ',') {
		field->last = false;
		c->p++;
		return 0;
	}
	if (*c->p == '\r' && c->end - c->p >= 2 && c->p[1] == '\n')
		c->p++;
	if (*c->p != '\n')
		return bad(c, f,
		           *c->p == '\0'   ? "NUL byte"
		           : *c->p == '\r' ? "CR without LF"
		           : *c->p == '"'  ? "quote within a field"
		                           : "text behind a closing quote");
	c->p++;
	c->line_next++;
	return 0;
}

bool csv_text(const struct csv_field *field, char *buf, size_t size)
{
	size_t n = 0;

	if (!field->doubled) {
		if (field->len >= size)
			return false;
		if (field->len)
			memcpy(buf, field->text, field->len);
		buf[field->len] = '\0';
		return true;
	}
	for (size_t i = 0; i < field->len; i++) {
		if (n + 1 >= size)
			return false;
		buf[n++] = field->text[i];
		i += field->text[i] == '"';
	}
	buf[n] = '\0';
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool csv_u64(const struct csv_field *field, uint64_t max, uint64_t *v)
{
	uint64_t sum = 0;

	if (field->len == 0)
		return false;
	for (size_t i = 0; i < field->len; i++) {
		unsigned digit = (unsigned)(field->text[i] - '0');

		if (!is_digit(field->text[i]) || sum > (max - digit) / 10 || digit > max)
			return false;
		sum = sum * 10 + digit;
	}
	*v = sum;
	return true;
}

/* A number taken apart: mantissa * 10^exponent. */
struct decimal {
	uint64_t mantissa;
	int exponent;
	bool exact; /* no digit was lost */
};

/* Digits with at most one point among them; NULL when there is none. */
static const char *digits(const char *p, const char *end, struct decimal *d)
{
	bool point = false, any = false;

	for (; p < end; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*p))
			break;
		any = true;
		if (d->mantissa > (UINT64_MAX - 9) / 10) {
			d->exact = false;
			continue;
		}
		d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
		d->exponent -= point;
	}
	return any ? p : NULL;
}

static const char *exponent(const char *p, const char *end, struct decimal *d)
{
	bool minus;
	int e = 0;

	if (p == end || (*p != 'e' && *p != 'E'))
		return p;
	minus = ++p < end && *p == '-';
	p += p < end && (*p == '-' || *p == '+');
	if (p == end)
		return NULL;
	for (; p < end && is_digit(*p); p++)
		e = e < 9999 ? e * 10 + (*p - '0') : e;
	d->exponent += minus ? -e : e;
	return p;
}

/* For what the short way cannot do exactly. */
static bool long_number(const struct csv_field *field, double *v)
{
	char buf[512];

	if (!csv_text(field, buf, sizeof(buf)))
		return false;
	*v = strtod(buf, NULL);
	return isfinite(*v);
}

bool csv_number(const struct csv_field *field, double *v)
{
	/* Powers of ten that a double holds exactly: one multiplication or division by
	 * one of them rounds only once, so the result is the nearest double (Clinger,
	 * "How to read floating point numbers accurately", 1990). */
	static const double ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
		                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
		                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct decimal d = { .exact = true };
	const char *p = field->text, *end = p + field->len;
	bool minus = field->len && *p == '-';
	double x;

	if (field->len == 0)
		return false;
	p = digits(p + (*p == '-' || *p == '+'), end, &d);
	p = p ? exponent(p, end, &d) : NULL;
	if (p != end)
		return false;
	if (!d.exact || d.mantissa > 1ULL << 53 || d.exponent < -22 || d.exponent > 22)
		return long_number(field, v);
	x = (double)d.mantissa;
	x = d.exponent < 0 ? x / ten[-d.exponent] : x * ten[d.exponent];
	*v = minus ? -x : x;
	return true;
}

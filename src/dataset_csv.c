/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A data set out of CSV text.  The header makes a plan, which says for every column what
 * its fields are; then one field after the other goes where the plan says. */
#include "dataset.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

/* What a column may be.  Those from CLIENT on come all together or not at all. */
enum role {
	LABEL,
	TRACE,
	BURST,
	FLOW,
	CLIENT,
	CLIENT_PORT,
	SERVER,
	SERVER_PORT,
	PROTO,
	FIRST,
	LAST,
	PKTS_SENT,
	PKTS_RCVD,
	BYTES_SENT,
	BYTES_RCVD,
	FEATURE
};

static const char *const role_name[FEATURE] = {
	"label",       "trace",     "burst",       "flow",       "client",
	"client_port", "server",    "server_port", "proto",      "first",
	"last",        "pkts_sent", "pkts_rcvd",   "bytes_sent", "bytes_rcvd",
};

#define COLUMNS_MAX 1024
#define TRACE_SIZE  1024

struct plan {
	struct dataset *d;
	struct csv csv;
	struct fault *f;
	struct names columns;
	enum role role[COLUMNS_MAX];
	float x[COLUMNS_MAX];
	char label[DATASET_LABEL_SIZE];
	char trace[TRACE_SIZE];
};

static enum role role_of(const char *name)
{
	unsigned r;

	for (r = 0; r < FEATURE; r++)
		if (strcmp(name, role_name[r]) == 0)
			break;
	return (enum role)r;
}

static int read_header(struct plan *p)
{
	struct csv_field field = { 0 };
	char name[256];

	while (!field.last) {
		uint32_t at = p->columns.count;
		int err = csv_next(&p->csv, &field, p->f);

		if (err)
			return err;
		if (at == COLUMNS_MAX)
			return fault_set(p->f, -EINVAL, "line 1: more than %d columns",
			                 COLUMNS_MAX);
		if (!csv_text(&field, name, sizeof(name)) || !*name)
			return fault_set(p->f, -EINVAL,
			                 "line 1: column %u: name empty or too long",
			                 at + 1);
		if (names_find(&p->columns, name) != NAMES_NONE)
			return fault_set(p->f, -EINVAL, "line 1: column %s: twice", name);
		if (names_add(&p->columns, name) == NAMES_NONE)
			return fault_no_memory(p->f);
		p->role[at] = role_of(name);
	}
	return 0;
}

/* A partial description of flows is not one: its columns are then as good as features. */
static int plan_columns(struct plan *p)
{
	unsigned seen = 0;

	for (uint32_t i = 0; i < p->columns.count; i++)
		seen |= 1U << p->role[i];
	p->d->torn = !(seen & 1U << TRACE);
	for (enum role r = LABEL; r <= BURST; r++)
		if (!(seen & 1U << r) && (r == LABEL || !p->d->torn))
			return fault_set(p->f, -EINVAL, "line 1: column %s is missing",
			                 role_name[r]);
	seen >>= CLIENT;
	p->d->has_ends = (seen & ((1U << (FEATURE - CLIENT)) - 1)) ==
	                 (1U << (FEATURE - CLIENT)) - 1;
	for (uint32_t i = 0; i < p->columns.count; i++) {
		if (p->role[i] >= CLIENT && !p->d->has_ends)
			p->role[i] = FEATURE;
		if (p->role[i] == FEATURE &&
		    names_add(&p->d->features, p->columns.name[i]) == NAMES_NONE)
			return fault_no_memory(p->f);
	}
	return 0;
}

/* Labels become file names, log words and class names: no slash, no control bytes. */
static bool name_ok(const char *name, bool slash)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f ||
		    (!slash && *name == '/'))
			return false;
	return true;
}

static bool get_address(const struct csv_field *field, struct addr *a)
{
	char buf[ADDR_TEXT_SIZE];

	return csv_text(field, buf, sizeof(buf)) && addr_parse(buf, a);
}

static bool get_port(const struct csv_field *field, uint16_t *port)
{
	uint64_t v;

	if (!csv_u64(field, UINT16_MAX, &v))
		return false;
	*port = (uint16_t)v;
	return true;
}

static bool get_proto(const struct csv_field *field, uint8_t *proto)
{
	if (field->len != 3)
		return false;
	*proto = memcmp(field->text, "TCP", 3) == 0 ? IPPROTO_TCP : IPPROTO_UDP;
	return *proto == IPPROTO_TCP || memcmp(field->text, "UDP", 3) == 0;
}

/* Seconds with up to six decimals. */
static bool get_time(const struct csv_field *field, struct mono *t)
{
	const char *point = field->len ? memchr(field->text, '.', field->len) : NULL;
	struct csv_field whole = *field, part = { 0 };
	uint64_t s, us = 0;

	if (point) {
		whole.len = (size_t)(point - field->text);
		part.text = point + 1;
		part.len = field->len - whole.len - 1;
		if (part.len > 6 || !csv_u64(&part, 999999, &us))
			return false;
		for (size_t i = part.len; i < 6; i++)
			us *= 10;
	}
	if (!csv_u64(&whole, (1ULL << 53) / MONO_SECOND, &s))
		return false;
	t->us = (int64_t)(s * MONO_SECOND + us);
	return true;
}

static bool get_feature(const struct csv_field *field, float *x)
{
	double v;

	if (!csv_number(field, &v))
		return false;
	*x = (float)v;
	return isfinite(*x);
}

static bool take(struct plan *p, enum role role, const struct csv_field *field,
                 struct dataset_row *row, float *x)
{
	switch (role) {
	case LABEL:
		return csv_text(field, p->label, sizeof(p->label)) &&
		       name_ok(p->label, false);
	case TRACE:
		return csv_text(field, p->trace, sizeof(p->trace)) &&
		       name_ok(p->trace, true);
	case BURST:
		return csv_u64(field, UINT64_MAX, &row->burst);
	case FLOW:
		return true;
	case CLIENT:
		return get_address(field, &row->ends.client);
	case CLIENT_PORT:
		return get_port(field, &row->ends.client_port);
	case SERVER:
		return get_address(field, &row->ends.server);
	case SERVER_PORT:
		return get_port(field, &row->ends.server_port);
	case PROTO:
		return get_proto(field, &row->ends.proto);
	case FIRST:
		return get_time(field, &row->first);
	case LAST:
		return get_time(field, &row->last);
	case PKTS_SENT:
		return csv_u64(field, UINT64_MAX, &row->pkts[0]);
	case PKTS_RCVD:
		return csv_u64(field, UINT64_MAX, &row->pkts[1]);
	case BYTES_SENT:
		return csv_u64(field, UINT64_MAX, &row->bytes[0]);
	case BYTES_RCVD:
		return csv_u64(field, UINT64_MAX, &row->bytes[1]);
	case FEATURE:
		return get_feature(field, x);
	}
	return false;
}

static int bad_field(struct plan *p, uint32_t column, const struct csv_field *field)
{
	static const char *const want[FEATURE + 1] = {
		[LABEL] = "a name of 1 to 63 bytes without slash",
		[TRACE] = "a name of 1 to 1023 bytes",
		[BURST] = "a whole number",
		[CLIENT] = "an address",
		[CLIENT_PORT] = "a port",
		[SERVER] = "an address",
		[SERVER_PORT] = "a port",
		[PROTO] = "TCP or UDP",
		[FIRST] = "seconds with at most 6 decimals",
		[LAST] = "seconds with at most 6 decimals",
		[PKTS_SENT] = "a whole number",
		[PKTS_RCVD] = "a whole number",
		[BYTES_SENT] = "a whole number",
		[BYTES_RCVD] = "a whole number",
		[FEATURE] = "a finite number",
	};
	int shown = field->len < 40 ? (int)field->len : 40;

	return fault_set(p->f, -EINVAL, "line %u: column %s: '%.*s' is not %s",
	                 p->csv.line, p->columns.name[column], shown,
	                 field->len ? field->text : "", want[p->role[column]]);
}

static int name_row(struct plan *p, struct dataset_row *row)
{
	char full[DATASET_LABEL_SIZE + TRACE_SIZE];
	size_t len = strlen(p->label);

	if (p->d->torn)
		(void)snprintf(p->trace, sizeof(p->trace), "row %zu", p->d->rows + 1);
	memcpy(full, p->label, len);
	full[len] = '/';
	memcpy(full + len + 1, p->trace, strlen(p->trace) + 1);
	row->label = names_add(&p->d->labels, p->label);
	row->trace = names_add(&p->d->traces, full);
	return row->label == NAMES_NONE || row->trace == NAMES_NONE
	               ? fault_no_memory(p->f)
	               : 0;
}

static int read_row(struct plan *p)
{
	struct dataset_row row = { 0 };
	struct csv_field field = { 0 };
	uint32_t column = 0;
	float *x = p->x;
	int err;

	for (; !field.last; column++) {
		err = csv_next(&p->csv, &field, p->f);
		if (err)
			return err;
		if (column == p->columns.count)
			return fault_set(p->f, -EINVAL, "line %u: more than %u fields",
			                 p->csv.line, p->columns.count);
		if (!take(p, p->role[column], &field, &row, x))
			return bad_field(p, column, &field);
		x += p->role[column] == FEATURE;
	}
	if (column < p->columns.count)
		return fault_set(p->f, -EINVAL, "line %u: column %s is missing",
		                 p->csv.line, p->columns.name[column]);
	err = name_row(p, &row);
	if (!err && dataset_add(p->d, &row, p->x))
		err = fault_no_memory(p->f);
	return err;
}

int dataset_parse_csv(struct dataset *d, const char *text, size_t len, struct fault *f)
{
	struct plan *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return fault_no_memory(f);
	p->d = d;
	p->csv = csv_of(text, len);
	p->f = f;
	err = read_header(p);
	if (!err)
		err = plan_columns(p);
	while (!err && csv_more(&p->csv))
		err = read_row(p);
	names_clear(&p->columns);
	free(p);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row is a client and an application; the first one of the table is all of them. */
#include "usage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

#define LABEL_SIZE  280
#define AMOUNT_SIZE 16

struct sum {
	struct usage_amount recent, total;
};

static void sum_up(const struct usage_row *row, size_t n, struct sum *s)
{
	*s = (struct sum){ .recent = { .pkts = { 0 } } };
	for (size_t i = 0; i < n; i++) {
		for (int way = USAGE_UP; way <= USAGE_DOWN; way++) {
			s->recent.pkts[way] += row[i].recent.pkts[way];
			s->recent.bytes[way] += row[i].recent.bytes[way];
			s->total.pkts[way] += row[i].total.pkts[way];
			s->total.bytes[way] += row[i].total.bytes[way];
		}
	}
}

/* Three digits and a unit. */
static const char *amount(uint64_t bytes, char buf[static AMOUNT_SIZE])
{
	static const char unit[] = "kMGTPE";
	double v = (double)bytes;
	int u = -1;

	for (; v >= 999.5; u++)
		v /= 1000;
	if (u < 0)
		(void)snprintf(buf, AMOUNT_SIZE, "%.0f B", v);
	else
		(void)snprintf(buf, AMOUNT_SIZE, "%.*f %cB", v < 9.995 ? 2 : v < 99.95, v,
		               unit[u]);
	return buf;
}

static const char *label_text(const struct usage_view *v, uint32_t label,
                              char buf[static LABEL_SIZE])
{
	struct line l = line_in(buf, LABEL_SIZE);

	line_escaped(&l, v->labels->name[label], ESCAPE_KV);
	return buf;
}

struct widths {
	int client, label;
};

static struct widths widths_of(const struct usage_row *row, size_t n,
                               const struct usage_view *v)
{
	struct widths w = { (int)strlen("client"), (int)strlen("application") };
	char text[LABEL_SIZE];

	for (size_t i = 0; i < n; i++) {
		int client = (int)strlen(addr_text(row[i].client, text));
		int label = (int)strlen(label_text(v, row[i].label, text));

		w.client = client > w.client ? client : w.client;
		w.label = label > w.label ? label : w.label;
	}
	return w;
}

static void put_numbers(const struct usage_amount *recent,
                        const struct usage_amount *total, unsigned seconds, FILE *out)
{
	char text[AMOUNT_SIZE];

	for (int way = USAGE_DOWN; way >= USAGE_UP; way--)
		fprintf(out, " %9s", amount(recent->bytes[way] / seconds, text));
	for (int way = USAGE_DOWN; way >= USAGE_UP; way--)
		fprintf(out, " %9.1f", (double)recent->pkts[way] / seconds);
	for (int way = USAGE_DOWN; way >= USAGE_UP; way--)
		fprintf(out, " %9s", amount(total->bytes[way], text));
	fputc('\n', out);
}

static void put_table(const struct usage_row *row, size_t n, const struct sum *all,
                      const struct usage_view *v, FILE *out)
{
	struct widths w = widths_of(row, n, v);
	char client[ADDR_TEXT_SIZE], label[LABEL_SIZE];

	fprintf(out, "%-*s %-*s %9s %9s %9s %9s %9s %9s\n", w.client, "client", w.label,
	        "application", "down/s", "up/s", "pkts down", "pkts up", "down", "up");
	fprintf(out, "%-*s %-*s", w.client, "all", w.label, "");
	put_numbers(&all->recent, &all->total, v->seconds, out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%-*s %-*s", w.client, addr_text(row[i].client, client),
		        w.label, label_text(v, row[i].label, label));
		put_numbers(&row[i].recent, &row[i].total, v->seconds, out);
	}
}

int usage_text(struct usage *u, const struct usage_view *v, FILE *out)
{
	size_t count, n;
	struct usage_row *row = usage_rows(u, v->seconds, v->now, &count);
	struct sum all;

	if (!row)
		return -ENOMEM;
	n = count < v->most ? count : v->most;
	sum_up(row, count, &all);
	put_table(row, n, &all, v, out);
	if (n < count)
		fprintf(out, "and %zu more\n", count - n);
	if (usage_forgotten(u) > 0)
		fprintf(out, "%" PRIu64 " were forgotten, to make room\n",
		        usage_forgotten(u));
	free(row);
	return 0;
}

/* "down_KEY":1,"up_KEY":2 */
static void put_pair(const char *key, const uint64_t value[2], unsigned seconds,
                     FILE *out)
{
	const char *per = seconds > 0 ? "_s" : "";
	double s = seconds > 0 ? seconds : 1;

	fprintf(out, ",\"down_%s%s\":%.*f,\"up_%s%s\":%.*f", key, per, seconds > 0,
	        (double)value[USAGE_DOWN] / s, key, per, seconds > 0,
	        (double)value[USAGE_UP] / s);
}

static void put_amounts(const struct usage_amount *recent,
                        const struct usage_amount *total, unsigned seconds, FILE *out)
{
	put_pair("bytes", recent->bytes, seconds, out);
	put_pair("packets", recent->pkts, seconds, out);
	put_pair("bytes", total->bytes, 0, out);
	put_pair("packets", total->pkts, 0, out);
}

int usage_json(struct usage *u, const struct usage_view *v, FILE *out)
{
	size_t count;
	struct usage_row *row = usage_rows(u, v->seconds, v->now, &count);
	char client[ADDR_TEXT_SIZE];
	struct sum all;

	if (!row)
		return -ENOMEM;
	sum_up(row, count, &all);
	fprintf(out, "{\"seconds\":%u,\"pairs\":%zu,\"forgotten\":%" PRIu64, v->seconds,
	        count, usage_forgotten(u));
	put_amounts(&all.recent, &all.total, v->seconds, out);
	fputs(",\"top\":[", out);
	for (size_t i = 0; i < count && i < v->most; i++) {
		fprintf(out, "%s{\"client\":\"%s\",\"label\":\"", i > 0 ? "," : "",
		        addr_text(row[i].client, client));
		escape_put(v->labels->name[row[i].label], ESCAPE_JSON, out);
		fputc('"', out);
		put_amounts(&row[i].recent, &row[i].total, v->seconds, out);
		fputc('}', out);
	}
	fputs("]}\n", out);
	free(row);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "list.h"

struct item {
	int before;
	struct list node;
	int value;
};

static int value_at(struct list *node)
{
	return list_owner(node, struct item, node)->value;
}

static void items_stand_in_order(void **state)
{
	struct item items[4] = {
		{ .value = 0 }, { .value = 1 }, { .value = 2 }, { .value = 3 }
	};
	struct list head, *n;
	int i = 0;

	list_init(&head);
	assert_true(list_empty(&head));
	for (i = 0; i < 4; i++)
		list_add_tail(&head, &items[i].node);
	assert_false(list_empty(&head));
	for (n = head.next, i = 0; n != &head; n = n->next, i++)
		assert_int_equal(value_at(n), i);
	for (n = head.prev, i = 3; n != &head; n = n->prev, i--)
		assert_int_equal(value_at(n), i);
	(void)state;
}

static void a_removed_item_is_alone(void **state)
{
	struct item a = { .value = 1 }, b = { .value = 2 }, c = { .value = 3 };
	struct list head;

	list_init(&head);
	list_add_tail(&head, &a.node);
	list_add_tail(&head, &b.node);
	list_add_tail(&head, &c.node);
	list_del(&b.node);
	assert_true(list_empty(&b.node));
	assert_int_equal(value_at(head.next), 1);
	assert_int_equal(value_at(head.next->next), 3);
	assert_ptr_equal(head.prev->prev, &a.node);
	list_del(&b.node); /* once more harms nobody */
	list_del(&a.node);
	list_del(&c.node);
	assert_true(list_empty(&head) && head.prev == &head);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_stand_in_order),
		cmocka_unit_test(a_removed_item_is_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

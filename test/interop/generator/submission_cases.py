"""Packages for submitpackage: a child that pays for its parents, packages that replace others, version 3."""
from decimal import Decimal

from .kinds import case, payment
from .mempool_cases import FEE, child_of, entered, setup, unconfirmed
from .package_cases import SPOILS, stocked_world

SMALL_FEE = 250  # enough for relay, and little


def parent(world, coins=None, fee=FEE, **settings):
    """A payment that is not sent yet."""
    stocked_world(world)
    settings.setdefault("outputs", 2)
    return payment(world, coins, fee=fee, **settings)


def a_coin(world):
    stocked_world(world)
    coin = world.rng.choice(world.free_coins())
    world.reserved.add((coin.txid, coin.index))
    return coin


@case(6)
def child_with_parents(world):
    parents = [parent(world) for _ in range(world.rng.choice((1, 1, 2, 3)))]
    for known in parents:
        if world.rng.random() < 0.3:
            setup(world, known)
    child = child_of(world, *parents)
    if world.rng.random() < 0.2:
        setup(world, *[tx for tx in parents if tx not in world.pool], child)
    world.submit_package([*parents, child], expect="^success$")


@case(6)
def child_that_pays_for_version_3(world):
    """A parent of version 3 may pay nothing if its child pays enough for both."""
    rng = world.rng
    first = parent(world, fee=rng.choice((0, 0, 1, 50)), version=3)
    world.submit_package([first, child_of(world, first, fee=rng.choice((0, 150, 200, 260, 1000, FEE)), version=3)])


@case(3)
def parent_without_fee(world):
    """Without version 3 each transaction pays for its own relay."""
    first = parent(world, fee=world.rng.choice((0, 50)))
    world.submit_package([first, child_of(world, first)], expect="^transaction failed$")


@case(4)
def package_of_a_wrong_form(world):
    rng = world.rng
    first, second = parent(world), parent(world)
    child = child_of(world, first, second)
    choice = rng.randrange(6)
    package = [[first, second], [child, first, second], [first, child], [first, child_of(world, first),
               child_of(world, first)], [first, first, child], [first, second, child]][choice]
    if choice == 3:
        package[2] = payment(world, [unconfirmed(world, package[1]), unconfirmed(world, first, 1)], fee=FEE)
    elif choice == 5:
        package[1] = payment(world, [*first.coins], outputs=1, fee=FEE + 7)
        package[2] = child_of(world, *package[:2])
    world.submit_package(package)


@case(4)
def package_with_a_spoiled_child(world):
    first = parent(world)
    child = child_of(world, first)
    world.rng.choice(SPOILS)(world, child)
    world.submit_package([first, child])


@case(4)
def package_with_a_spoiled_parent(world):
    first, second = parent(world), parent(world)
    world.rng.choice(SPOILS)(world, first)
    if first.outputs:
        world.submit_package([first, second, child_of(world, first, second)])


@case(3)
def package_that_pays_more_than_its_sender_allows(world):
    first = parent(world, fee=world.rng.choice((300, FEE)))
    rate = world.rng.choice((Decimal("0.00000001"), Decimal("0.00002"), Decimal("0.0001"), Decimal("0.0003"), 0))
    world.submit_package([first, child_of(world, first, fee=world.rng.choice((300, FEE)))], max_fee_rate=rate)


@case(12)
def pair_that_replaces(world):
    """The parent alone pays too little for the replacement; the pair may pay enough."""
    rng = world.rng
    coin = a_coin(world)
    old = setup(world, payment(world, [coin], outputs=2, fee=rng.choice((SMALL_FEE, 2000, FEE))))
    relatives = rng.randrange(6)
    if relatives in (1, 2, 3):
        setup(world, child_of(world, old, fee=rng.choice((SMALL_FEE, FEE, 3 * FEE))))
    if relatives == 2:
        setup(world, payment(world, [unconfirmed(world, old, 1)], outputs=1, fee=SMALL_FEE))
    first = payment(world, [coin], outputs=2, fee=rng.choice((SMALL_FEE, 300, 1990, 2010)))
    world.submit_package([first, child_of(world, first, fee=rng.choice((300, 2500, FEE, 2 * FEE, 8 * FEE)))])


@case(6)
def child_that_replaces(world):
    """The child spends a coin that another transaction in the mempool spends, which may have a parent of its own."""
    rng = world.rng
    coin = a_coin(world)
    if rng.random() < 0.5:
        root = entered(world)
        setup(world, payment(world, [unconfirmed(world, root), coin], outputs=1, fee=rng.choice((300, FEE, 4 * FEE))))
    else:
        setup(world, payment(world, [coin], outputs=1, fee=rng.choice((300, FEE))))
    version = rng.choice((2, 3))
    first = parent(world, fee=0 if version == 3 else SMALL_FEE, version=version)
    fee = rng.choice((300, FEE + 100, 2 * FEE, 6 * FEE))
    world.submit_package([first, payment(world, [unconfirmed(world, first), coin], outputs=1, fee=fee, version=version)])


@case(3)
def package_of_three_that_replaces(world):
    coins = [a_coin(world), a_coin(world)]
    for coin in coins:
        setup(world, payment(world, [coin], outputs=1, fee=2000))
    parents = [payment(world, [coin], outputs=1, fee=SMALL_FEE) for coin in coins]
    world.submit_package([*parents, child_of(world, *parents, fee=8 * FEE)], expect="^package RBF failed: package must be")


@case(3)
def pair_below_the_mempool_that_replaces(world):
    coin = a_coin(world)
    setup(world, payment(world, [coin], outputs=1, fee=2000))
    root = entered(world)
    first = payment(world, [coin, unconfirmed(world, root)], outputs=1, fee=300)
    world.submit_package([first, child_of(world, first, fee=8 * FEE)])


@case(5)
def version_3_in_a_package(world):
    rng = world.rng
    first = parent(world, fee=rng.choice((0, FEE)), version=rng.choice((2, 3)))
    if first.fee and rng.random() < 0.5:
        setup(world, first)
        if rng.random() < 0.5:
            setup(world, child_of(world, first, fee=rng.choice((300, FEE)), version=first.version))
    child = payment(world, [unconfirmed(world, first, 1)], outputs=1, fee=rng.choice((300, 2 * FEE)),
                    version=rng.choice((2, 3, 3)))
    world.submit_package([first, child])


@case(2)
def package_with_another_witness(world):
    """What the mempool has with another witness is not replaced."""
    first = entered(world)
    copy = payment(world, first.coins, outputs=2, fee=FEE)
    copy.outputs = first.outputs
    copy.inputs[0].witness = [b"\x01", *copy.inputs[0].witness]
    if copy.txid == first.txid:
        world.submit_package([copy, child_of(world, first)])

#include "sensors/ticker.hpp"

#include <chrono>
#include <thread>

#include "support/catch.hpp"

using namespace rle;

TEST_CASE("deadlines lie on the grid for ever: no step adds up an error", "[ticker]") {
    const sensors::Ticker ticker(3.0, 1000);
    CHECK(ticker.deadline_ns(0) == 1000);
    CHECK(ticker.deadline_ns(3) == 1'000'001'000);
    CHECK(ticker.deadline_ns(3 * 86'400) == 86'400'000'001'000);  // a day later, to the nanosecond
}

TEST_CASE("a tick comes at its deadline or after it, never before", "[ticker]") {
    const std::int64_t start = sensors::monotonic_ns();
    sensors::Ticker ticker(200.0, start);
    for (int k = 0; k < 20; ++k) {
        const auto tick = ticker.next();
        REQUIRE(tick);
        CHECK(sensors::monotonic_ns() >= ticker.deadline_ns(*tick));
    }
}

TEST_CASE("ticks that went by are counted and not made up for", "[ticker]") {
    const std::int64_t start = sensors::monotonic_ns();
    sensors::Ticker ticker(100.0, start);
    std::uint64_t returned = 1;
    REQUIRE(ticker.next());
    std::this_thread::sleep_for(std::chrono::milliseconds(55));
    const auto late = ticker.next();
    ++returned;
    REQUIRE(late);
    CHECK(*late >= 6);
    CHECK(ticker.missed() == *late + 1 - returned);
    const auto next = ticker.next();
    ++returned;
    REQUIRE(next);
    CHECK(ticker.missed() == *next + 1 - returned);
}

TEST_CASE("a wait ends when it is told to", "[ticker]") {
    sensors::Ticker ticker(0.01, sensors::monotonic_ns());
    REQUIRE(ticker.next());
    std::thread other([&] { ticker.stop(); });
    CHECK_FALSE(ticker.next());  // else this test would take 100 s
    other.join();
}

// The correlation at each lag: as the manual has it, and prewhitened, as it is tested.
#pragma once

#include "report/chart.hpp"
#include "report/view.hpp"

namespace rle::report {

ChartSlot lag_chart(const View& view);

}  // namespace rle::report

/* What scripts add to pages that are whole without them. Each module does one thing and none needs another page. */

import { startCopying } from "./copy.js";
import { startHistory } from "./history.js";
import { startHistogram } from "./histogram.js";
import { startKeys } from "./keys.js";
import { startMenus } from "./menus.js";
import { startPicking } from "./pick.js";
import { startLive } from "./live.js";

startLive();
startHistogram();
startMenus();
startPicking();
startCopying();
startKeys();
startHistory();

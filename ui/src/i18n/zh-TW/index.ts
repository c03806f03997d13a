// The catalogue of one language, put together from the rooms' files.
import { add } from "./add";
import { canvas } from "./canvas";
import { common } from "./common";
import { destinations } from "./destinations";
import { fields } from "./fields";
import { filters } from "./filters";
import { firstrun } from "./firstrun";
import { forms } from "./forms";
import { frame } from "./frame";
import { golive } from "./golive";
import { mixer } from "./mixer";
import { monitor } from "./monitor";
import { motion } from "./motion";
import { palette } from "./palette";
import { properties } from "./properties";
import { report } from "./report";
import { said } from "./said";
import { scenes } from "./scenes";
import { settings } from "./settings";
import { simple } from "./simple";
import { sources } from "./sources";
import { status } from "./status";
import { undo } from "./undo";

export const zhTW = { add, canvas, common, destinations, fields, filters, firstrun, forms, frame, golive, mixer, monitor, motion, palette, properties, report, said, scenes, settings, simple, sources, status, undo };
